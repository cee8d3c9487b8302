"""Tenders per loan kind, bids, and the decision that puts the blended rate into force."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import Badge, Column, Money, Rate, VisibleAdmin, acting_member, link_to, table
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from parties.models import Member
from subsidy.admin.money_steps import NEW_DECISION, NEW_TENDER, TENDER_STEPS
from subsidy.models import RateDecision, Tender
from subsidy.selectors.tenders import bids_visible_to, rate_decisions

SEEN_BY = frozenset({*SEES_ALL, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER})


def tenders_visible_to(member: Member) -> QuerySet[Tender]:
    """Return all tenders; of the bids a bank sees its own."""
    return Tender.objects.select_related("recorded_by__institution")


def decisions_visible_to(member: Member) -> QuerySet[RateDecision]:
    """Return all decisions; everyone may read them."""
    return rate_decisions()


def state_of(tender: Tender) -> Badge:
    """Return where a tender stands."""
    return Badge(tender.get_state_display(), "good" if tender.state == "closed" else "busy")


@admin.register(Tender)
class TenderAdmin(VisibleAdmin):
    """One tender per loan kind."""

    visible_to = staticmethod(tenders_visible_to)
    seen_by = SEEN_BY
    is_case = True
    columns = ("name", "category", "document_number", "opened_on", "planned_volume", Column("状态", state_of, order="state"), "result")
    shows = ("name", "category", "document_number", "opened_on", "planned_volume", "closed_on", "result", "recorded_by")
    list_filter = ("category", "state")
    ordering = ("-opened_on",)
    steps = TENDER_STEPS
    new_steps = (NEW_TENDER,)

    def badges(self, case: Tender) -> list[Badge]:
        """Return where the tender stands."""
        return [state_of(case)]

    def parts(self, request: HttpRequest, case: Tender) -> list[Any]:
        """Return the bids the member may see."""
        found = bids_visible_to(acting_member(request)).filter(tender=case).select_related("bank")
        rows = [(one.bank.name, Rate(one.rate), Money(one.volume), one.submitted_on) for one in found]
        return [table("投标", ("银行", "投标利率", "投标规模", "投标日期"), rows, clause="FP 1.4.2")]


@admin.register(RateDecision)
class RateDecisionAdmin(VisibleAdmin):
    """Decisions of the blended rate."""

    visible_to = staticmethod(decisions_visible_to)
    columns = (
        Column("综合利率", lambda one: Rate(one.rate), order="rate"),
        "return_rate__document_number", "decided_on", "return_rate__effective_on", "fixed_asset", "rd",
    )  # fmt: skip
    shows = (
        "rate", "return_rate", "return_rate__document_number", "decided_on", "return_rate__effective_on", "return_rate__running_loans_from",
        "fixed_asset", "fixed_asset__result", "fixed_asset_weight", "rd", "rd__result", "rd_weight", "weights_given", "recorded_by",
    )  # fmt: skip
    ordering = ("-decided_on",)
    new_steps = (NEW_DECISION,)

    def heading(self, case: RateDecision) -> str:
        """Return the rate and its day."""
        return f"综合利率 {case.return_rate}，{case.return_rate.effective_on}起"

    def parts(self, request: HttpRequest, case: RateDecision) -> list[Any]:
        """Return how the rate comes about."""
        rows = [
            (link_to(request, case.fixed_asset), Rate(case.fixed_asset.result), Money(case.fixed_asset_weight)),
            (link_to(request, case.rd), Rate(case.rd.result), Money(case.rd_weight)),
        ]
        note = "权重由决定另行确定。" if case.weights_given else "按两类贷款的计划规模加权。"
        return [table("加权计算", ("招标", "中标利率", "权重"), rows, clause="FP 1.4.2, D14", note=note)]
