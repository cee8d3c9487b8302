"""What the database itself refuses of tenders and bids, constraint by constraint: whoever writes, no bid is read early or written late."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from parties.enums import Role
from subsidy.models import Bid, PaperBid, RateDecision, Tender
from subsidy.services.openings import propose_opening
from tests.factories import MemberFactory
from tests.subsidy.bidding import BID_AT, CLOSES, OPENED, RATE, VOLUME, Bank, Houses
from tests.subsidy.factories import triggers_at_rest
from tests.subsidy.test_models import JULY, copied, refused, set_to, wide

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.4.2")]
OTHER = "6e2f0d3e-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def houses(db: None) -> Houses:
    return Houses()


@pytest.fixture
def tender(houses: Houses) -> Tender:
    return houses.tender()


@pytest.fixture
def bank(db: None) -> Bank:
    return Bank()


def new_bid(tender: Tender, bank: Bank, **given: Any) -> Any:
    facts = {"tender": tender, "bank": bank.institution, "rate": RATE, "volume": VOLUME, "submitted_on": BID_AT.date()}
    facts |= {"submitted_at": BID_AT, "recorded_by": bank.maker, "source": "sealed", "nonce": "0" * 32}
    return lambda: Bid.objects.create(**facts | given)


class TestTenders:
    def test_a_tender_is_one_of_its_document_and_kind(self, tender: Tender) -> None:
        new = {"public_id": OTHER, "document_number": "2号"}
        refused("tender_once_per_document", copied(tender, public_id=OTHER))
        refused("tender_document_alike", copied(tender, public_id=OTHER, document_number=wide(tender.document_number)))
        refused("tender_of_a_tendered_kind", copied(tender, **new, category="working_capital"))
        refused("tender_volume_positive", copied(tender, **new, planned_volume=0))
        refused("tender_begins_open", copied(tender, **new, state="closed", closed_at=CLOSES))
        refused("tender_begins_open", copied(tender, **new, is_sealed=False))
        refused("tender_closing_facts", copied(tender, **new, closes_at=None))

    def test_a_state_has_its_facts(self, houses: Houses, tender: Tender) -> None:
        refused("tender_closing_facts", set_to(tender, state="closed"))
        refused("tender_closing_facts", set_to(tender, state="closed", closed_at=CLOSES - timedelta(seconds=1)))
        refused("tender_closing_facts", set_to(tender, closed_at=CLOSES))
        set_to(tender, state="closed", closed_at=CLOSES)()
        refused("tender_opening_facts", set_to(tender, state="opening"))
        refused("tender_opening_facts", set_to(tender, state="opening", opening_proposed_by=houses.industry))
        early = {"opening_proposed_by": houses.industry, "opening_proposed_at": CLOSES - timedelta(seconds=1)}
        refused("tender_opening_facts", set_to(tender, state="opening", **early))
        refused("tender_opening_facts", set_to(tender, opening_proposed_by=houses.industry))
        set_to(tender, state="opening", opening_proposed_by=houses.industry, opening_proposed_at=CLOSES)()
        refused("tender_opening_two_houses", set_to(tender, state="opened"))
        confirmed = {"state": "opened", "opening_confirmed_by": houses.treasury_checker}
        refused("tender_opening_facts", set_to(tender, **confirmed))
        refused("tender_opening_facts", set_to(tender, **confirmed, bids_opened_at=CLOSES - timedelta(seconds=1)))
        set_to(tender, **confirmed, bids_opened_at=CLOSES)()
        refused("tender_award_facts", set_to(tender, result=RATE))
        refused("tender_award_facts", set_to(tender, state="awarded", result=RATE))
        refused("tender_award_facts", set_to(tender, state="awarded", result=RATE, awarded_on=date(2024, 1, 1)))
        refused("tender_award_facts", set_to(tender, state="awarded", result=Decimal(1), awarded_on=OPENED.date()))

    def test_no_step_is_left_out(self, tender: Tender) -> None:
        for state in ("opening", "opened", "awarded"):
            refused("tender_state_order", set_to(tender, state=state))
        set_to(tender, state="closed", closed_at=CLOSES)()
        refused("tender_state_order", set_to(tender, state="open", closed_at=None))
        refused("tender_known_state", lambda: _with_triggers_at_rest(set_to(tender, state="lost")))

    def test_one_house_alone_opens_nothing(self, houses: Houses, tender: Tender) -> None:
        propose_opening(tender_id=tender.public_id, actor=houses.industry, at=CLOSES)
        strangers = [houses.industry_checker, MemberFactory.serving("regulator", checker=True), Bank().checker]
        strangers.append(MemberFactory.serving("city_treasury", program=True, user=None, roles=[Role.CHECKER]))
        for one in strangers:
            opened = {"state": "opened", "opening_confirmed_by": one, "bids_opened_at": OPENED}
            refused("tender_opening_two_houses", set_to(tender, **opened))
        both = {"state": "opened", "opening_confirmed_by": houses.treasury_checker, "bids_opened_at": OPENED}
        refused("tender_opening_proposer_kept", set_to(tender, **both, opening_proposed_by=houses.industry_checker))

    def test_what_is_announced_opened_and_awarded_stays(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        for change in ({"closes_at": CLOSES + timedelta(days=1)}, {"planned_volume": 1}, {"is_sealed": False}, {"document_number": "别的"}):
            refused("tender_identity_kept", set_to(tender, **change))
        bank.bids(tender)
        houses.opens(tender)
        refused("tender_opening_final", set_to(tender, bids_opened_at=OPENED + timedelta(days=1)))
        refused("tender_opening_final", set_to(tender, opening_confirmed_by=MemberFactory.serving("city_treasury")))
        houses.awards(tender)
        refused("tender_opening_final", set_to(tender, result=Decimal("0.04")))


class TestSealedBids:
    def test_nothing_is_written_after_the_closing(self, tender: Tender, bank: Bank) -> None:
        bid = bank.submits(tender)
        late = {"id": OTHER, "bank": Bank().institution, "made_at": CLOSES}
        refused("sealed_bid_in_time", copied(bid, **_named(late)))
        refused("sealed_bid_in_time", set_to(bid, state="checked", checked_by=bank.checker, checked_at=CLOSES))
        set_to(tender, state="closed", closed_at=CLOSES)()
        refused("sealed_bid_in_time", copied(bid, **_named(late | {"made_at": BID_AT})))
        refused("sealed_bid_in_time", set_to(bid, state="checked", checked_by=bank.checker, checked_at=BID_AT))
        refused("sealed_bid_in_time", set_to(bid, state="superseded", ended_at=OPENED))

    def test_nothing_is_overwritten(self, tender: Tender, bank: Bank) -> None:
        bid = bank.bids(tender)
        rival = Bank()
        for change in (
            {"envelope": "1:2:3:4"}, {"receipt": "0" * 64}, {"bank": rival.institution}, {"made_by": rival.maker}, {"kind": "withdrawal"},
            {"checked_by": rival.checker}, {"checked_at": None},
        ):  # fmt: skip
            refused("sealed_bid_kept", set_to(bid, **change))
        refused("sealed_bid_state_order", set_to(bid, state="sent_back", ended_at=BID_AT))
        newer = bank.bids(tender, "0.03")
        bid.refresh_from_db()
        refused("sealed_bid_kept", set_to(bid, ended_at=None))
        refused("sealed_bid_kept", set_to(bid, state="checked"))
        assert newer.state == "checked"

    def test_a_bid_is_under_seal_and_checked_by_another(self, tender: Tender, bank: Bank) -> None:
        bid = bank.submits(tender)
        new = {"id": OTHER, "bank_id": Bank().institution.pk}
        refused("sealed_bid_under_seal", copied(bid, **new, envelope=""))
        refused("sealed_bid_under_seal", copied(bid, **new, receipt="3.05"))
        refused("sealed_bid_under_seal", copied(bid, **new, kind="withdrawal"))
        refused("sealed_bid_state_order", copied(bid, **new, state="checked", checked_by_id=bank.checker.pk, checked_at=BID_AT))
        refused("sealed_bid_known_words", copied(bid, **new, kind="other"))
        refused("sealed_bid_one_waits", copied(bid, id=OTHER))
        refused("sealed_bid_checked_facts", set_to(bid, state="checked"))
        refused("sealed_bid_checked_facts", set_to(bid, checked_by=bank.checker, checked_at=BID_AT))
        refused("sealed_bid_checked_facts", set_to(bid, state="checked", checked_by=bank.checker))
        refused("sealed_bid_checker_differs", set_to(bid, state="checked", checked_by=bank.maker, checked_at=BID_AT))
        refused("sealed_bid_ended_facts", set_to(bid, state="superseded"))
        refused("sealed_bid_ended_facts", set_to(bid, ended_at=BID_AT))
        bank.checks(bid)
        waiting = bank.submits(tender)
        refused("sealed_bid_one_counts", set_to(waiting, state="checked", checked_by=bank.checker, checked_at=BID_AT))


class TestBidsInClear:
    def test_no_rate_is_written_before_the_opening(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bid = bank.bids(tender)
        paper = {
            "tender": tender,
            "bank": bank.institution,
            "rate": RATE,
            "volume": VOLUME,
            "register_number": "1",
            "made_by": houses.industry,
        }
        write_paper = lambda: PaperBid.objects.create(**paper, received_at=BID_AT, made_at=OPENED)  # noqa: E731
        refused("bid_after_opening", new_bid(tender, bank, sealed=bid))
        refused("paper_bid_after_opening", write_paper)
        propose_opening(tender_id=tender.public_id, actor=houses.industry, at=CLOSES)
        refused("bid_after_opening", new_bid(tender, bank, sealed=bid))
        refused("paper_bid_after_opening", write_paper)

    def test_a_line_of_the_record_comes_from_its_source(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        waiting = bank.submits(tender)
        rival = Bank()
        theirs = rival.bids(tender)
        houses.opens(tender)
        refused("bid_from_its_source", new_bid(tender, bank, source="typed", nonce="", submitted_at=None))
        refused("bid_from_its_source", new_bid(tender, bank, sealed=waiting))
        refused("bid_from_its_source", new_bid(tender, bank, sealed=theirs))
        row = houses.enters(tender, bank.institution)
        refused("bid_from_its_source", new_bid(tender, bank, source="paper", paper=row, nonce=""))
        set_to(row, state="checked", checked_by=houses.industry_checker, checked_at=OPENED)()
        refused("bid_from_its_source", new_bid(tender, bank, source="paper", paper=row, nonce="", rate=Decimal("0.01")))
        refused("bid_source_facts", new_bid(tender, bank, source="paper", paper=row))
        refused(("bid_once_per_bank", "subsidy_bid_sealed_id_key"), new_bid(tender, rival, sealed=theirs))  # both stand against it
        refused("bid_rate_and_volume", lambda: _with_triggers_at_rest(new_bid(tender, bank, source="paper", paper=row, nonce="", rate=3)))

    def test_paper_has_its_facts(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        houses.opens(tender)
        row = houses.enters(tender, bank.institution)
        new = {"public_id": OTHER, "bank_id": Bank().institution.pk}
        refused("paper_bid_in_time", copied(row, **new, received_at=CLOSES))
        refused("paper_bid_numbered", copied(row, **new, register_number=""))
        refused("paper_bid_rate_and_volume", copied(row, **new, rate=3))
        refused("paper_bid_known_state", copied(row, **new, state="lost"))
        refused("paper_bid_once_per_bank", copied(row, public_id=OTHER))
        refused("paper_bid_checked_facts", set_to(row, state="checked"))
        refused("paper_bid_checker_differs", set_to(row, state="checked", checked_by=houses.industry, checked_at=OPENED))
        refused("paper_bid_kept", set_to(row, rate=Decimal("0.01")))
        houses.checks(row)
        refused("paper_bid_kept", set_to(row, state="sent_back", checked_by=None, checked_at=None))


def test_decisions_have_weights(tender: Tender) -> None:
    decision = {"fixed_asset": tender, "rd": tender, "rate": Decimal("0.03"), "decided_on": date(2024, 1, 3), "return_rate_id": 10**9}
    decision |= {"recorded_at": JULY, "recorded_by": MemberFactory(), "fixed_asset_weight": 0, "rd_weight": 0, "weights_given": True}
    refused("rate_decision_weights", lambda: RateDecision.objects.create(**decision))


def _named(facts: dict[str, Any]) -> dict[str, Any]:
    return {(f"{name}_id" if name == "bank" else name): (value.pk if name == "bank" else value) for name, value in facts.items()}


def _with_triggers_at_rest(call: Any) -> None:
    with triggers_at_rest():
        call()
