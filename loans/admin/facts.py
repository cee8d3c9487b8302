"""What stands beside loans, each with a page of its own, so that what was typed wrong can be put right there."""

from django.contrib import admin
from django.db.models import QuerySet

from common.admin.columns import Column
from common.admin.display_values import Badge
from common.admin.visible import VisibleAdmin
from loans.admin.loans import SEEN_BY
from loans.models import Guarantee, UseOfFundsCheck
from loans.selectors.visible import loans_visible_to, use_checks_visible_to
from parties.models import Member

INTRO = "在贷款页面登记；录入有误的，由登记单位一人提出更正、另一人复核。"


def guarantees_listed(member: Member) -> QuerySet[Guarantee]:
    """Return the guarantees of the loans the member sees."""
    return Guarantee.objects.select_related("loan__enterprise", "loan__bank", "guarantor").filter(loan__in=loans_visible_to(member))


def checks_listed(member: Member) -> QuerySet[UseOfFundsCheck]:
    """Return the checks of the loans the member sees."""
    return use_checks_visible_to(member).select_related("loan__enterprise", "loan__bank", "checked_by__institution")


@admin.register(Guarantee)
class GuaranteeAdmin(VisibleAdmin):
    """Guarantees of special-mode credit R&D loans."""

    visible_to = staticmethod(guarantees_listed)
    seen_by = SEEN_BY
    columns = ("number", "loan", "loan__enterprise", "guarantor", "fee_rate", "is_batch_scheme", "recorded_on")
    shows = ("loan", "guarantor", "number", "fee_rate", "is_batch_scheme", "recorded_on", "recorded_by")
    search_fields = ("number", "loan__contract_number", "loan__enterprise__name")
    list_filter = ("guarantor", "is_batch_scheme")
    ordering = ("-recorded_on", "-id")
    list_intro = INTRO


@admin.register(UseOfFundsCheck)
class UseOfFundsCheckAdmin(VisibleAdmin):
    """What banks found when they followed the money."""

    visible_to = staticmethod(checks_listed)
    seen_by = SEEN_BY
    columns = (
        "checked_on", "loan", "loan__enterprise",
        Column("结果", lambda one: Badge("发现挪用", "bad") if one.is_misuse else Badge("正常", "good"), order="is_misuse", name="result"),
        "misuse_from", "finding",
    )  # fmt: skip
    shows = ("loan", "checked_on", "is_misuse", "misuse_from", "finding", "checked_by")
    search_fields = ("loan__contract_number", "loan__enterprise__name", "finding")
    list_filter = ("is_misuse",)
    ordering = ("-checked_on", "-id")
    list_intro = INTRO
