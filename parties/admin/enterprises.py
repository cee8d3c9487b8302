"""Enterprises with tax home and yearly figures."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge, Money, link_to
from common.admin.panels import table
from common.admin.visible import VisibleAdmin
from parties.access import SEES_ALL
from parties.admin.steps import ENTERPRISE_STEPS, NEW_ENTERPRISE
from parties.enums import COUNTY_KINDS
from parties.models import Enterprise
from parties.selectors import enterprises_visible_to


@admin.register(Enterprise)
class EnterpriseAdmin(VisibleAdmin):
    """The enterprises of the fund."""

    visible_to = staticmethod(enterprises_visible_to)
    seen_by = frozenset({*SEES_ALL, *COUNTY_KINDS})
    is_case = True
    columns = (
        "name",
        "credit_code",
        "industry_code",
        Column("小巨人", lambda one: Badge("小巨人", "busy") if one.is_little_giant else None, order="is_little_giant"),
        "registered_on",
        "registered_capital",
    )
    shows = (
        "name", "credit_code", "industry_code", "industry_override_reason", "registered_in_city", "registered_on", "registered_capital",
        "is_little_giant", "is_municipal_key", "contact_name", "contact_phone", "recorded_at",
    )  # fmt: skip
    search_fields = ("name", "credit_code")
    list_filter = ("is_little_giant", "is_municipal_key", "registered_in_city", "tax_homes__district")
    ordering = ("credit_code",)
    steps = ENTERPRISE_STEPS
    new_steps = (NEW_ENTERPRISE,)

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the income-tax homes and the figures of each year."""
        kept = case.tax_homes.select_related("district")
        homes = [(link_to(request, home, home.district.name), home.from_on, home.until_on) for home in kept]
        years = [
            (year.year, Money(year.rd_expense), Money(year.revenue), year.employees, year.get_source_display(), year.source_reference)
            for year in case.years.all()
        ]
        return [
            table("所得税归属", ("县(市、区)", "自", "至(不含)"), homes, clause="FP 1.4.1"),
            table("年度数据", ("年度", "研发费用", "营业收入", "从业人员", "来源", "来源文件"), years, clause="FP 1.1.2"),
        ]
