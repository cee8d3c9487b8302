"""From tenders to the one return rate: opened and closed, awarded with a result each, one decision that enacts the blended rate."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import record
from common.database import take_turn
from common.dates import BEGINS, HAPPENED, SHANGHAI, require_day
from common.enums import Category
from common.errors import DomainError
from common.fields import written_alike
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Member
from policy.services.rates import enact_return_rate
from subsidy.enums import PaperBidState, TenderState
from subsidy.models import RateDecision, Tender
from subsidy.models.tenders import TENDERED
from subsidy.rules import WeightedRate, blended_rate
from subsidy.selectors.tenders import tender_of
from subsidy.services.bid_rates import check_rate
from subsidy.services.steps import StepBackDated

HOLDERS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY, InstitutionKind.FUND_OFFICE)


class TenderKindUnknown(DomainError):
    """Tenders are held for the plan's two kinds of financing only."""

    code = "tender_kind_unknown"
    sentence = "利率招标只分固定资产投资贷款和企业研发投入贷款两类。"
    clause = "FP 1.4.2"
    status = 400


class TenderNotAwarded(DomainError):
    """A decision rests on two tenders with results."""

    code = "tender_not_awarded"
    sentence = "“{tender}”尚未定标，不能据以确定综合利率。"
    clause = "FP 1.4.2"


class NoBids(DomainError):
    """A tender without bids has no result of its own."""

    code = "no_bids"
    sentence = "“{tender}”没有投标，无法定标。"
    clause = "FP 1.4.2"


class ClosingTooEarly(DomainError):
    """A closing that leaves banks no time, or lies before the tender begins."""

    code = "closing_too_early"
    sentence = "投标截止时间须晚于现在，且不早于开始日期，请核对。"
    clause = "FP 1.4.2"
    status = 400


class TenderDiffers(DomainError):
    """The document has a tender of this kind with other facts."""

    code = "tender_differs"
    sentence = "该文号的同类招标“{tender}”已登记，内容与本次不同；录入有误的请在该招标页面更正，另行招标请使用新的文号。"
    clause = "FP 1.4.2"


class TenderNotOpened(DomainError):
    """An award follows the opening, once."""

    code = "tender_not_opened"
    sentence = "“{tender}”现为“{state}”：开标后才能定标，且只定标一次。"
    clause = "FP 1.4.2"


class PaperBidsWait(DomainError):
    """A tender is not awarded while a bid on paper waits for its check."""

    code = "paper_bids_wait"
    sentence = "“{tender}”还有纸质投标待复核，请先复核或退回，再行定标。"
    clause = "FP 1.4.2"


class WrongTenders(DomainError):
    """A decision takes one tender of each kind."""

    code = "wrong_tenders"
    sentence = "综合利率须依据固定资产投资贷款和企业研发投入贷款各一次招标的结果确定。"
    clause = "FP 1.4.2"
    status = 400


@transaction.atomic
def open_tender(
    *,
    category: Category,
    name: str,
    document_number: str,
    opened_on: date,
    closes_at: datetime,
    planned_volume: Decimal,
    actor: Member,
    at: datetime,
) -> Tender:
    """
    Return the tender of a loan kind, which takes sealed bids until ``closes_at``; the same document again changes nothing.

    ``planned_volume`` in yuan is the kind's weight in the blended rate unless the decision gives another.

    Raises:
        NotAllowed, TenderKindUnknown, ClosingTooEarly.
        TenderDiffers: the document has a tender of this kind otherwise.

    Source: FP 1.4.2; D14.
    """
    require(actor, *HOLDERS)
    today = localdate(at)
    require_day(opened_on, BEGINS, field="opened_on", today=today)
    require_day(closes_at.astimezone(SHANGHAI).date(), BEGINS, field="closes_at", today=today)
    if category not in TENDERED or planned_volume <= 0:
        raise TenderKindUnknown
    facts = {"name": name, "opened_on": opened_on, "closes_at": closes_at, "planned_volume": planned_volume}
    take_turn("tender", document_number, category)
    existing = Tender.objects.filter(written_alike("document_number", document_number), category=category).first()
    if existing is not None and all(getattr(existing, field) == value for field, value in facts.items()):
        return existing
    if existing is not None:
        raise TenderDiffers(tender=existing)
    if closes_at <= at or closes_at.astimezone(SHANGHAI).date() < opened_on:
        raise ClosingTooEarly(field="closes_at")
    tender = Tender.objects.create(document_number=document_number, category=category, recorded_by=actor, **facts)
    after = {"planned_volume": planned_volume, "closes_at": closes_at}
    record(verb="tender.opened", obj=tender, actor=actor, occurred_at=at, after=after)
    return tender


def close_due_tenders(*, actor: Member, at: datetime) -> int:
    """
    Close the tenders whose closing has come and return how many; a second run changes nothing.

    Late bids are refused by the clock whether this ran or not.

    Raises:
        NotAllowed.

    Source: FP 1.4.2.
    """
    require(actor, *HOLDERS, allow_job=True)
    due = Tender.objects.filter(state=TenderState.OPEN, closes_at__lte=at).order_by("pk").values_list("public_id", flat=True)
    return sum(_close_if_due(public_id, actor=actor, at=at) for public_id in due)


@transaction.atomic
def _close_if_due(public_id: UUID, *, actor: Member, at: datetime) -> bool:
    return close_if_due(tender_of(public_id, lock=True), actor=actor, at=at)


def close_if_due(tender: Tender, *, actor: Member, at: datetime) -> bool:
    """Close a locked tender whose closing has come, and return whether this did it. Source: FP 1.4.2."""
    if tender.state != TenderState.OPEN or tender.closes_at is None or at < tender.closes_at:
        return False
    tender.close(at=at)
    tender.save()
    record(verb="tender.bidding_closed", obj=tender, actor=actor, occurred_at=at, after={"closed_at": at})
    return True


@transaction.atomic
def award_tender(
    *, tender_id: str, on: date, actor: Member, at: datetime, result: Decimal | None = None, confirmed: bool = False
) -> Tender:
    """
    Award an opened tender with its result: the mean of the bids by volume, unless the award gives another rate.

    Raises:
        NotVisible, NotAllowed, NoBids, PaperBidsWait, StepBackDated, InvalidRate.
        ImplausibleRate: the rate given is an unusual one, unless it is ``confirmed``.
        TenderNotOpened: not opened, or awarded already.

    Source: FP 1.4.2; D14.
    """
    require(actor, *HOLDERS)
    require_day(on, HAPPENED, field="on", today=localdate(at))
    tender = tender_of(tender_id, lock=True)
    _require_ready_for_award(tender, on=on)
    if result is not None:
        check_rate(result, field="result", on=on, confirmed=confirmed)
    bids = [WeightedRate(rate, volume) for rate, volume in tender.bids.values_list("rate", "volume")]
    tender.award(on=on, result=blended_rate(bids) if result is None else result)
    tender.save()
    record(verb="tender.awarded", obj=tender, actor=actor, occurred_at=at, after={"result": tender.result, "awarded_on": on})
    return tender


def _require_ready_for_award(tender: Tender, *, on: date) -> None:
    """
    Let pass only an opened tender with bids, none of which waits.

    Raises:
        TenderNotOpened, StepBackDated, PaperBidsWait, NoBids.
    """
    if tender.state != TenderState.OPENED:
        raise TenderNotOpened(tender=tender, state=tender.get_state_display())
    begun = tender.opened_on if tender.bids_opened_at is None else tender.bids_opened_at.astimezone(SHANGHAI).date()
    if on < begun:
        raise StepBackDated(field="on", on=begun)
    if tender.paper_bids.filter(state=PaperBidState.MADE).exists():
        raise PaperBidsWait(tender=tender)
    if not tender.bids.exists():
        raise NoBids(tender=tender)


@transaction.atomic
def decide_rate(
    *,
    fixed_asset_tender_id: str,
    rd_tender_id: str,
    document_number: str,
    decided_on: date,
    effective_on: date,
    actor: Member,
    at: datetime,
    weights: Mapping[Category, Decimal] | None = None,
    running_loans_from: date | None = None,
) -> RateDecision:
    """
    Blend the results of two tenders and put the rate into force for all banks; the same decision again changes nothing.

    Weights are the planned volumes unless the decision gives others. ``running_loans_from``: running loans change to the rate that day.

    Raises:
        NotVisible, NotAllowed, WrongTenders, TenderNotAwarded.
        NoWeights: no weight is above zero.
        RateNotLater, RunningLoansBeforeEffect, InvalidReturnRate: by the rulebook.

    Source: FP 1.4.2; D14.
    """
    require(actor, *HOLDERS)
    require_day(decided_on, HAPPENED, field="decided_on", today=localdate(at))
    fixed_asset, rd = tender_of(fixed_asset_tender_id), tender_of(rd_tender_id)
    if (fixed_asset.category, rd.category) != TENDERED:
        raise WrongTenders
    given = weights or {Category(tender.category): tender.planned_volume for tender in (fixed_asset, rd)}
    parts = [WeightedRate(_result(tender), given.get(Category(tender.category), Decimal(0))) for tender in (fixed_asset, rd)]
    rate = enact_return_rate(
        rate=blended_rate(parts),
        effective_on=effective_on,
        decided_on=decided_on,
        document_number=document_number,
        weights={Category.FIXED_ASSET: parts[0].weight, Category.RD: parts[1].weight},
        actor=actor,
        at=at,
        running_loans_from=running_loans_from,
    )
    facts = {"fixed_asset": fixed_asset, "rd": rd, "fixed_asset_weight": parts[0].weight, "rd_weight": parts[1].weight}
    facts |= {"weights_given": weights is not None, "rate": rate.rate, "decided_on": decided_on, "recorded_at": at, "recorded_by": actor}
    decision, is_new = RateDecision.objects.get_or_create(return_rate=rate, defaults=facts)
    if is_new:
        after = {"rate": rate.rate, "effective_on": effective_on, "document_number": document_number}
        record(verb="rate.decided", obj=decision, actor=actor, occurred_at=at, after=after)
    return decision


def _result(tender: Tender) -> Decimal:
    if tender.result is None:
        raise TenderNotAwarded(tender=tender)
    return tender.result
