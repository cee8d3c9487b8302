"""The unified return rate of the banks, as decided."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Rate
from common.admin.panels import table
from common.admin.visible import VisibleAdmin
from common.enums import Category
from parties.models import Member
from policy.models import ReturnRate


def rates_visible_to(member: Member) -> QuerySet[ReturnRate]:
    """Return all return rates; the decisions are public."""
    return ReturnRate.objects.all()


@admin.register(ReturnRate)
class ReturnRateAdmin(VisibleAdmin):
    """Return rates by their effective day; a rate comes into force by a tender's decision."""

    visible_to = staticmethod(rates_visible_to)
    columns = (
        Column("银行回报利率", lambda one: Rate(one.rate), order="rate"),
        "effective_on",
        "decided_on",
        "document_number",
        "running_loans_from",
    )
    shows = ("rate", "effective_on", "decided_on", "document_number", "running_loans_from", "recorded_at")
    ordering = ("-effective_on",)
    list_intro = "统一综合利率按竞价结果核定；贷款按首次放款日适用的利率执行，决定另有规定的除外。"

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the weights of the blend."""
        names = dict(Category.choices)
        rows = [(names.get(kind, kind), str(weight)) for kind, weight in case.weights.items()]
        return [table("加权", ("贷款类别", "权重"), rows, clause="FP 1.4.2")]
