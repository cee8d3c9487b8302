"""The app of the handbooks."""

from django.apps import AppConfig


class HandbookConfig(AppConfig):
    """Handbooks and release notes."""

    name = "handbook"
    verbose_name = "帮助手册"
    default_auto_field = "django.db.models.BigAutoField"
