"""From bids to the one return rate."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from common.enums import Category
from common.errors import NotAllowed
from parties.models import Member
from policy.models import ReturnRate
from policy.selectors.rates import return_rate_on
from subsidy.models import RateDecision, Tender
from subsidy.services.bid_rates import ImplausibleRate
from subsidy.services.steps import StepBackDated
from subsidy.services.tenders import (
    ClosingTooEarly,
    NoBids,
    TenderDiffers,
    TenderKindUnknown,
    TenderNotAwarded,
    TenderNotOpened,
    WrongTenders,
    award_tender,
    decide_rate,
)
from tests.factories import MemberFactory
from tests.subsidy.bidding import BEGUN, OPENED, Bank, Houses
from tests.subsidy.factories import noon
from tests.translations import percent, vectors

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.4.2"), pytest.mark.clause("D14")]
AT = noon(2024, 1, 10)
BLEND = vectors("subsidy")["blended_rate"]


@pytest.fixture
def houses(db: None) -> Houses:
    return Houses()


@pytest.fixture
def actor(houses: Houses) -> Member:
    return houses.industry


@pytest.fixture
def closed(houses: Houses) -> tuple[Tender, Tender]:
    """The tenders of the worked example: 3.05 % and 3.35 %, volumes 80 : 20."""
    found = []
    volumes = ((Category.FIXED_ASSET, "8000000000", "fixed_asset_bid_pct"), (Category.RD, "2000000000", "rd_bid_pct"))
    for category, volume, key in volumes:
        tender = houses.tender(category, planned_volume=Decimal(volume))
        Bank().bids(tender, percent(BLEND[key]))
        houses.opens(tender)
        found.append(houses.awards(tender))
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


def test_a_tender_gives_the_mean_of_its_bids_by_volume_or_what_was_awarded(houses: Houses) -> None:
    tender = houses.tender()
    Bank().bids(tender, "0.03", "100")
    Bank().bids(tender, "0.04", "300")
    houses.opens(tender)
    assert houses.awards(tender).result == Decimal("0.037500")
    with pytest.raises(TenderNotOpened):
        houses.awards(tender)
    other = houses.tender(Category.FIXED_ASSET)
    Bank().bids(other)
    houses.opens(other)
    with pytest.raises(ImplausibleRate):
        houses.awards(other, Decimal("0.29"))
    assert houses.awards(other, Decimal("0.029")).result == Decimal("0.029")


def test_tenders_are_refused_in_sentences(houses: Houses) -> None:
    with pytest.raises(TenderKindUnknown):
        houses.tender(Category.WORKING_CAPITAL)
    for closes_at in (BEGUN, noon(2024, 1, 1)):
        with pytest.raises(ClosingTooEarly):
            houses.tender(closes_at=closes_at)
    with pytest.raises(ClosingTooEarly):
        houses.tender(closes_at=BEGUN + timedelta(hours=11), opened_on=date(2024, 1, 3))
    tender = houses.tender()
    assert houses.tender() == tender
    with pytest.raises(TenderDiffers):
        houses.tender(closes_at=noon(2024, 1, 9))
    with pytest.raises(TenderNotOpened):
        houses.awards(tender)
    houses.opens(tender)
    with pytest.raises(NoBids):
        houses.awards(tender)
    with pytest.raises(StepBackDated):
        award_tender(tender_id=str(tender.public_id), on=date(2024, 1, 8), actor=houses.industry, at=OPENED)
    for stranger in (MemberFactory(), MemberFactory.serving("city_science")):
        with pytest.raises(NotAllowed):
            houses.tender(Category.FIXED_ASSET, actor=stranger)


def test_a_decision_rests_on_two_awarded_tenders(closed: tuple[Tender, Tender], houses: Houses, actor: Member) -> None:
    with pytest.raises(WrongTenders):
        decide((closed[1], closed[0]), actor)
    still_open = houses.tender(Category.RD, document_number="3号")
    with pytest.raises(TenderNotAwarded):
        decide((closed[0], still_open), actor)
    assert not RateDecision.objects.exists()
