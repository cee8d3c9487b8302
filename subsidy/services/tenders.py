"""From tenders to the one return rate: bids per loan kind, a result each, one decision that enacts the blended rate."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit.services import Scope, record
from common.enums import Category
from common.errors import DomainError
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from policy.services import enact_return_rate
from subsidy.enums import TenderState
from subsidy.models import Bid, RateDecision, Tender
from subsidy.models.tenders import TENDERED
from subsidy.rules import WeightedRate, blended_rate
from subsidy.selectors.tenders import tender_of
from subsidy.services.steps import StepBackDated

_HOLDERS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY, InstitutionKind.FUND_OFFICE)


class TenderKindUnknown(DomainError):
    """Tenders are held for the plan's two kinds of financing only."""

    code = "tender_kind_unknown"
    sentence = "利率招标只分固定资产投资贷款和企业研发投入贷款两类。"
    clause = "FP 1.4.2"
    status = 400


class TenderClosed(DomainError):
    """The tender takes no more bids."""

    code = "tender_closed"
    sentence = "“{tender}”已定标，不能再登记或修改投标。"
    clause = "FP 1.4.2"


class TenderNotClosed(DomainError):
    """A decision rests on two tenders with results."""

    code = "tender_not_closed"
    sentence = "“{tender}”尚未定标，不能据以确定综合利率。"
    clause = "FP 1.4.2"


class NoBids(DomainError):
    """A tender without bids has no result of its own."""

    code = "no_bids"
    sentence = "“{tender}”没有投标，无法定标。"
    clause = "FP 1.4.2"


class BidExists(DomainError):
    """The bank has bid already, otherwise."""

    code = "bid_exists"
    sentence = "{bank}已对“{tender}”投标，内容不同；一家银行一次招标只投一标。"
    clause = "FP 1.4.2"


class InvalidBid(DomainError):
    """A bid that is no rate or has no volume."""

    code = "invalid_bid"
    sentence = "投标利率应大于 0 且小于 1（例如 3.05% 写作 0.0305），投标规模应大于零。"
    clause = "FP 1.4.2"
    status = 400


class WrongTenders(DomainError):
    """A decision takes one tender of each kind."""

    code = "wrong_tenders"
    sentence = "综合利率须依据固定资产投资贷款和企业研发投入贷款各一次招标的结果确定。"
    clause = "FP 1.4.2"
    status = 400


@transaction.atomic
def open_tender(
    *, category: Category, name: str, document_number: str, opened_on: date, planned_volume: Decimal, actor: Member, at: datetime
) -> Tender:
    """
    Return the tender of a loan kind; the same document again changes nothing.

    ``planned_volume`` in yuan is the kind's weight in the blended rate unless the decision gives another.

    Raises:
        NotAllowed, TenderKindUnknown.

    Source: FP 1.4.2; D14.
    """
    require(actor, *_HOLDERS)
    if category not in TENDERED or planned_volume <= 0:
        raise TenderKindUnknown
    facts = {"name": name, "opened_on": opened_on, "planned_volume": planned_volume, "recorded_by": actor}
    tender, is_new = Tender.objects.get_or_create(document_number=document_number, category=category, defaults=facts)
    if is_new:
        record(verb="tender_opened", obj=tender, actor=actor, occurred_at=at, after={"planned_volume": planned_volume})
    return tender


@transaction.atomic
def record_bid(
    *, tender_id: str, bank: Institution, rate: Decimal, volume: Decimal, submitted_on: date, actor: Member, at: datetime
) -> Bid:
    """
    Record a bank's bid: the annual return rate it asks as a fraction, and the volume in yuan; the same bid again changes nothing.

    Raises:
        NotVisible, NotAllowed, TenderClosed, InvalidBid.
        BidExists: the bank has bid otherwise.

    Source: FP 1.4.2; D14.
    """
    require(actor, *_HOLDERS)
    tender = tender_of(tender_id, lock=True)
    if not 0 < rate < 1 or volume <= 0:
        raise InvalidBid
    existing = tender.bids.filter(bank=bank).first()
    if existing is not None and (existing.rate, existing.volume) == (rate, volume):
        return existing
    if tender.state != TenderState.OPEN:
        raise TenderClosed(tender=tender)
    if existing is not None:
        raise BidExists(bank=bank, tender=tender)
    if submitted_on < tender.opened_on:
        raise StepBackDated(field="submitted_on", on=tender.opened_on)
    bid = Bid.objects.create(tender=tender, bank=bank, rate=rate, volume=volume, submitted_on=submitted_on, recorded_by=actor)
    after = {"rate": rate, "volume": volume}
    record(verb="bid_recorded", obj=tender, actor=actor, occurred_at=at, after=after, remark=str(bank), scope=Scope(bank_id=bank.pk))
    return bid


@transaction.atomic
def close_tender(*, tender_id: str, on: date, actor: Member, at: datetime, result: Decimal | None = None) -> Tender:
    """
    Close a tender with its result: the mean of the bids by volume, unless the award gives another rate.

    Raises:
        NotVisible, NotAllowed, NoBids, StepBackDated.
        TransitionNotAllowed: closed already.

    Source: FP 1.4.2; D14.
    """
    require(actor, *_HOLDERS)
    tender = tender_of(tender_id, lock=True)
    bids = [WeightedRate(rate, volume) for rate, volume in tender.bids.values_list("rate", "volume")]
    if on < tender.opened_on:
        raise StepBackDated(field="on", on=tender.opened_on)
    if not bids:
        raise NoBids(tender=tender)
    tender.close(on=on, result=blended_rate(bids) if result is None else result)
    tender.save()
    record(verb="tender_closed", obj=tender, actor=actor, occurred_at=at, after={"result": tender.result, "closed_on": on})
    return tender


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
        NotVisible, NotAllowed, WrongTenders, TenderNotClosed.
        NoWeights: no weight is above zero.
        RateNotLater, RunningLoansBeforeEffect, InvalidReturnRate: by the rulebook.

    Source: FP 1.4.2; D14.
    """
    require(actor, *_HOLDERS)
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
        record(verb="rate_decided", obj=decision, actor=actor, occurred_at=at, after=after)
    return decision


def _result(tender: Tender) -> Decimal:
    if tender.result is None:
        raise TenderNotClosed(tender=tender)
    return tender.result
