"""Tenders per loan kind, bids, and the decision that puts the blended rate into force."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from audit.services import Scope
from common.admin.columns import Column
from common.admin.display_values import Badge, Hash, Money, Rate, link_to
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, facts, table
from common.admin.visible import VisibleAdmin
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from parties.models import Member
from subsidy.admin.tender_panels import RECEIPT_NOTE, opening, own_bids, paper, record_of
from subsidy.admin.tender_steps import NEW_DECISION, NEW_TENDER, PAPER_BID_STEPS_OFFERED, SEALED_BID_STEPS_OFFERED, TENDER_STEPS_OFFERED
from subsidy.enums import TenderState
from subsidy.models import PaperBid, RateDecision, SealedBid, Tender
from subsidy.selectors.tenders import paper_bids_visible_to, rate_decisions, sealed_bids_visible_to
from subsidy.services.paper_bids import SCAN

SEEN_BY = frozenset({*SEES_ALL, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER})


def tenders_visible_to(member: Member) -> QuerySet[Tender]:
    """Return all tenders; of the bids a bank sees its own."""
    return Tender.objects.select_related("recorded_by__institution")


def decisions_visible_to(member: Member) -> QuerySet[RateDecision]:
    """Return all decisions; everyone may read them."""
    return rate_decisions()


TONES = {TenderState.AWARDED: "good", TenderState.OPENED: "good", TenderState.OPENING: "warn"}


def state_of(tender: Tender) -> Badge:
    """Return where a tender stands; past its closing it is closed, whether that was written down yet or not."""
    if tender.state == TenderState.OPEN and not tender.takes_bids(timezone.now()):
        return Badge(TenderState.CLOSED.label, "warn")
    return Badge(tender.get_state_display(), TONES.get(tender.state, "busy"))


@admin.register(Tender)
class TenderAdmin(VisibleAdmin):
    """One tender per loan kind."""

    visible_to = staticmethod(tenders_visible_to)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        "name", "category", "document_number", "opened_on", "closes_at", "planned_volume", Column("状态", state_of, order="state"),
        "result",
    )  # fmt: skip
    shows = (
        "name", "category", "document_number", "opened_on", "closes_at", "planned_volume", "bids_opened_at", "awarded_on", "result",
        "recorded_by",
    )  # fmt: skip
    list_filter = ("category", "state")
    ordering = ("-opened_on",)
    steps = TENDER_STEPS_OFFERED
    new_steps = (NEW_TENDER,)
    list_intro = "投标由各银行自行密封提交，截止后由市工信局、市财政局共同开标；开标前任何单位都看不到有无投标、由谁投标。"

    def badges(self, case: Tender) -> list[Badge]:
        """Return where the tender stands."""
        return [state_of(case)]

    def parts(self, request: HttpRequest, case: Tender) -> list[Any]:
        """Return to a bank what it handed in and its own line, to who reads all bids the opening record and the bids on paper."""
        member = acting_member(request)
        return [own_bids(request, member, case), opening(request, member, case), record_of(member, case), paper(request, member, case)]


@admin.register(SealedBid)
class SealedBidAdmin(VisibleAdmin):
    """What the own bank handed in."""

    visible_to = staticmethod(sealed_bids_visible_to)
    seen_by = frozenset({InstitutionKind.BANK})
    is_case = True
    columns = ("tender", "kind", "state", "made_by", "made_at", "checked_by", "checked_at", "tender__closes_at")
    shows = (
        "tender", "tender__closes_at", "kind", "state", "made_by", "made_at", "checked_by", "checked_at", "ended_at",
        "receipt",
    )  # fmt: skip
    list_filter = ("state", "kind")
    ordering = ("-made_at",)
    steps = SEALED_BID_STEPS_OFFERED
    list_intro = "仅本行可见。经本行另一名人员在截止前复核的最后一份投标有效；利率和规模加密保存，开标前不能查看。"

    def opening_scope(self, case: SealedBid) -> dict[str, Any]:
        """Return that the opening is the bank's own affair."""
        return {"scope": Scope(bank_id=case.bank_id)}

    def first_panel(self, request: HttpRequest, case: SealedBid) -> Facts:
        """Return what is known of the bid outside its envelope."""
        return facts(request, case, "基本情况", *self.shows[:-1], Fact("投标回执", Hash(case.receipt)), note=RECEIPT_NOTE)


@admin.register(PaperBid)
class PaperBidAdmin(VisibleAdmin):
    """Bids on paper, entered after the opening."""

    visible_to = staticmethod(paper_bids_visible_to)
    seen_by = SEES_ALL
    is_case = True
    columns = ("tender", "bank", "rate", "volume", "received_at", "register_number", "state", "made_by", "checked_by")
    shows = (
        "tender", "bank", "rate", "volume", "received_at", "register_number", "state", "made_by", "made_at", "checked_by", "checked_at",
    )  # fmt: skip
    papers = ((SCAN, SCAN),)
    list_filter = ("state",)
    ordering = ("-made_at",)
    steps = PAPER_BID_STEPS_OFFERED
    list_intro = "截止前收到、开标后录入的纸质投标，由市工信局两人办理。"


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
