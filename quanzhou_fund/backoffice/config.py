"""How Django finds the admin site."""

from django.contrib.admin.apps import AdminConfig


class FundAdminConfig(AdminConfig):
    """``django.contrib.admin`` with the fund's site."""

    default_site = "quanzhou_fund.backoffice.site.FundAdminSite"
