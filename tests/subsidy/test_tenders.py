"""From bids to the one return rate."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django_fsm import TransitionNotAllowed

from common.enums import Category
from common.errors import NotAllowed
from parties.models import Member
from policy.models import ReturnRate
from policy.selectors import return_rate_on
from subsidy.models import RateDecision, Tender
from subsidy.selectors.tenders import bids_visible_to
from subsidy.services.steps import StepBackDated
from subsidy.services.tenders import (
    BidExists,
    InvalidBid,
    NoBids,
    TenderClosed,
    TenderKindUnknown,
    TenderNotClosed,
    WrongTenders,
    close_tender,
    decide_rate,
    open_tender,
    record_bid,
)
from tests.factories import InstitutionFactory, MemberFactory
from tests.subsidy.factories import noon
from tests.translations import percent, vectors

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.4.2"), pytest.mark.clause("D14")]
AT = noon(2024, 1, 10)
BLEND = vectors("subsidy")["blended_rate"]


@pytest.fixture
def actor() -> Member:
    return MemberFactory.serving("city_industry")


def opened(actor: Member, category: Category, volume: str) -> Tender:
    return open_tender(
        category=category,
        name=f"{category.label}招标",
        document_number="泉工信〔2024〕1号",
        opened_on=date(2024, 1, 2),
        planned_volume=Decimal(volume),
        actor=actor,
        at=AT,
    )


def bid(tender: Tender, actor: Member, rate: str | Decimal, volume: str = "100000000", **kwargs: Any) -> Any:
    facts = {"bank": kwargs.pop("bank", None) or InstitutionFactory(), "submitted_on": date(2024, 1, 5)} | kwargs
    return record_bid(tender_id=str(tender.public_id), rate=Decimal(rate), volume=Decimal(volume), actor=actor, at=AT, **facts)


@pytest.fixture
def closed(actor: Member) -> tuple[Tender, Tender]:
    """The tenders of the worked example: 3.05 % and 3.35 %, volumes 80 : 20."""
    found = []
    volumes = ((Category.FIXED_ASSET, "8000000000", "fixed_asset_bid_pct"), (Category.RD, "2000000000", "rd_bid_pct"))
    for category, volume, key in volumes:
        tender = opened(actor, category, volume)
        bid(tender, actor, percent(BLEND[key]))
        found.append(close_tender(tender_id=str(tender.public_id), on=date(2024, 1, 8), actor=actor, at=AT))
    return found[0], found[1]


def decide(closed: tuple[Tender, Tender], actor: Member, **kwargs: Any) -> RateDecision:
    facts: dict[str, Any] = {"document_number": "泉工信〔2024〕2号", "decided_on": date(2024, 1, 9), "effective_on": date(2024, 2, 1)}
    return decide_rate(
        fixed_asset_tender_id=str(closed[0].public_id), rd_tender_id=str(closed[1].public_id), actor=actor, at=AT, **facts | kwargs
    )


def test_the_blend_by_planned_volume_comes_into_force(closed: tuple[Tender, Tender], actor: Member) -> None:
    decision = decide(closed, actor, running_loans_from=date(2024, 7, 1))
    assert decision.rate == percent(BLEND["weighted_by_quota_80_20"])
    in_force = return_rate_on(date(2024, 2, 1))
    assert (in_force, in_force.running_loans_from) == (decision.return_rate, date(2024, 7, 1))
    assert not decision.weights_given


def test_weights_of_the_decision_take_their_place(closed: tuple[Tender, Tender], actor: Member) -> None:
    weights = {Category.FIXED_ASSET: Decimal(1), Category.RD: Decimal(1)}
    decision = decide(closed, actor, weights=weights)
    assert decision.rate == percent(BLEND["simple_mean"])
    assert (decision.weights_given, decision.fixed_asset_weight) == (True, Decimal(1))


def test_the_same_decision_again_changes_nothing(closed: tuple[Tender, Tender], actor: Member) -> None:
    assert decide(closed, actor) == decide(closed, actor)
    assert (RateDecision.objects.count(), ReturnRate.objects.filter(effective_on=date(2024, 2, 1)).count()) == (1, 1)


def test_a_tender_gives_the_mean_of_its_bids_by_volume_or_what_was_awarded(actor: Member) -> None:
    tender = opened(actor, Category.RD, "2000000000")
    bid(tender, actor, "0.03", "100")
    bid(tender, actor, "0.04", "300")
    assert close_tender(tender_id=str(tender.public_id), on=date(2024, 1, 8), actor=actor, at=AT).result == Decimal("0.037500")
    with pytest.raises(TransitionNotAllowed):
        close_tender(tender_id=str(tender.public_id), on=date(2024, 1, 8), actor=actor, at=AT)
    other = opened(actor, Category.FIXED_ASSET, "1")
    bid(other, actor, "0.03")
    awarded = close_tender(tender_id=str(other.public_id), on=date(2024, 1, 8), result=Decimal("0.029"), actor=actor, at=AT)
    assert awarded.result == Decimal("0.029")


def test_tenders_are_refused_in_sentences(actor: Member) -> None:
    with pytest.raises(TenderKindUnknown):
        opened(actor, Category.WORKING_CAPITAL, "1")
    tender = opened(actor, Category.RD, "1")
    assert opened(actor, Category.RD, "1") == tender
    with pytest.raises(NoBids):
        close_tender(tender_id=str(tender.public_id), on=date(2024, 1, 8), actor=actor, at=AT)
    with pytest.raises(StepBackDated):
        close_tender(tender_id=str(tender.public_id), on=date(2024, 1, 1), actor=actor, at=AT)
    with pytest.raises(NotAllowed):
        opened(MemberFactory(), Category.FIXED_ASSET, "1")


def test_one_bid_per_bank_while_the_tender_is_open(actor: Member) -> None:
    tender, bank = opened(actor, Category.RD, "1"), InstitutionFactory()
    first = bid(tender, actor, "0.03", bank=bank)
    assert bid(tender, actor, "0.03", bank=bank) == first
    with pytest.raises(BidExists):
        bid(tender, actor, "0.031", bank=bank)
    for rate in ("0", "1", "3.05"):
        with pytest.raises(InvalidBid):
            bid(tender, actor, rate)
    with pytest.raises(StepBackDated):
        bid(tender, actor, "0.03", submitted_on=date(2024, 1, 1))
    close_tender(tender_id=str(tender.public_id), on=date(2024, 1, 8), actor=actor, at=AT)
    with pytest.raises(TenderClosed):
        bid(tender, actor, "0.032")
    assert list(bids_visible_to(MemberFactory(institution=bank))) == [first]
    assert not bids_visible_to(MemberFactory()).exists()


def test_a_decision_rests_on_two_closed_tenders(closed: tuple[Tender, Tender], actor: Member) -> None:
    with pytest.raises(WrongTenders):
        decide((closed[1], closed[0]), actor)
    still_open = open_tender(
        category=Category.RD, name="二次", document_number="3号", opened_on=date(2024, 1, 2), planned_volume=Decimal(1), actor=actor, at=AT
    )
    with pytest.raises(TenderNotClosed):
        decide((closed[0], still_open), actor)
    assert not RateDecision.objects.exists()
