"""Sealed bids: by a bank's own two persons, before the closing, unreadable and unknown to everybody else until two houses open them."""

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django_fsm import TransitionNotAllowed

from audit.admin import events_read_by
from audit.models import Event
from audit.services import record_opening
from common.errors import NotAllowed, NotVisible
from notices.models import Notice
from parties.access import SamePerson
from parties.enums import Role
from parties.models import Member
from parties.selectors import system_member
from subsidy.models import Bid, SealedBid, Tender
from subsidy.selectors.tenders import bids_visible_to, paper_bids_visible_to, sealed_bids_visible_to
from subsidy.services.bid_rates import ImplausibleRate, InvalidRate, InvalidVolume
from subsidy.services.openings import BiddingNotOver, SameHouse, confirm_opening, decline_opening, propose_opening, statement_of
from subsidy.services.paper_bids import BankHasBid, BidsStillSealed, PaperBidLate, check_paper_bid, send_back_paper_bid
from subsidy.services.sealed_bids import (
    BiddingOver,
    BidsUnreadable,
    EntriesDiffer,
    NothingToWithdraw,
    check_bid,
    send_back_bid,
    submit_bid,
    withdraw_bid,
)
from subsidy.services.tenders import PaperBidsWait, close_due_tenders
from tests.factories import InstitutionFactory, MemberFactory
from tests.subsidy.bidding import BID_AT, CLOSES, OPENED, RATE, VOLUME, Bank, Houses

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.4.2")]
LAST_MOMENT = CLOSES - timedelta(microseconds=1)


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


@pytest.fixture
def rival(db: None) -> Bank:
    return Bank()


def everything_stored() -> str:
    """Return every row of every table as text."""
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            texts.append(cursor.fetchone()[0] or "")
    return "\n".join(texts)


def leaves_no_trace(call: Callable[[], Any], *refusals: type[Exception]) -> None:
    """Hold that the call is refused and no row of any table is another afterwards."""
    before = everything_stored()
    with pytest.raises(refusals):
        call()
    assert everything_stored() == before


class TestSubmitting:
    def test_a_checked_bid_is_sealed_and_opens_to_what_was_typed(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bid = bank.bids(tender)
        assert (bid.state, bid.made_by, bid.checked_by) == ("checked", bank.maker, bank.checker)
        houses.opens(tender)
        line = Bid.objects.get()
        assert (line.bank, line.rate, line.volume, line.source) == (bank.institution, RATE, VOLUME, "sealed")
        assert hashlib.sha256(statement_of(line).encode()).hexdigest() == bid.receipt

    def test_nothing_is_stored_told_or_logged_in_clear_before_the_opening(
        self, houses: Houses, tender: Tender, bank: Bank, caplog: pytest.LogCaptureFixture
    ) -> None:
        rate, volume = "0.043217", "765432198.76"
        with caplog.at_level(logging.DEBUG):
            bank.bids(tender, rate, volume)
            with pytest.raises(EntriesDiffer) as refusal:
                bank.checks(bank.submits(tender, rate, volume), "0.0433", volume)
        found = everything_stored() + caplog.text + str(refusal.value)
        for secret in (rate, "4.3217", "043217", volume, "765432198", "765,432,198"):
            assert secret not in found
        houses.opens(tender)
        assert rate in everything_stored()  # the net would have caught it

    def test_the_last_checked_bid_counts_and_nothing_is_overwritten(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        first = bank.bids(tender, "0.031")
        unchecked = bank.submits(tender, "0.033")
        second = bank.bids(tender, "0.029")
        bank.submits(tender, "0.028")  # never checked
        states = dict(SealedBid.objects.values_list("pk", "state"))
        assert (states[first.pk], states[unchecked.pk], states[second.pk]) == ("superseded", "superseded", "checked")
        assert SealedBid.objects.get(pk=first.pk).envelope == first.envelope
        houses.opens(tender)
        assert list(Bid.objects.values_list("rate", "sealed")) == [(Decimal("0.029"), second.pk)]

    def test_a_bid_counts_until_its_replacement_is_checked(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bank.bids(tender, "0.031")
        bank.submits(tender, "0.029")
        houses.opens(tender)
        assert Bid.objects.get().rate == Decimal("0.031")

    def test_a_bid_is_taken_back_by_two_persons(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        leaves_no_trace(lambda: withdraw_bid(tender_id=tender.public_id, actor=bank.maker, at=BID_AT), NothingToWithdraw)
        bid = bank.bids(tender)
        back = withdraw_bid(tender_id=tender.public_id, actor=bank.maker, at=BID_AT)
        assert SealedBid.objects.get(pk=bid.pk).state == "checked"
        check_bid(bid_id=back.pk, actor=bank.checker, at=BID_AT)
        assert SealedBid.objects.get(pk=bid.pk).state == "superseded"
        leaves_no_trace(lambda: withdraw_bid(tender_id=tender.public_id, actor=bank.maker, at=BID_AT), NothingToWithdraw)
        houses.opens(tender)
        assert not Bid.objects.exists()

    def test_the_moment_of_the_closing_is_too_late_for_anything(self, tender: Tender, bank: Bank) -> None:
        bank.bids(tender, at=LAST_MOMENT)
        waiting = bank.submits(tender, at=LAST_MOMENT)
        for late in (
            lambda: bank.submits(tender, at=CLOSES),
            lambda: bank.checks(waiting, at=CLOSES),
            lambda: send_back_bid(bid_id=waiting.pk, actor=bank.checker, at=CLOSES),
            lambda: withdraw_bid(tender_id=tender.public_id, actor=bank.maker, at=CLOSES),
        ):
            leaves_no_trace(late, BiddingOver)
        with pytest.raises(BiddingOver, match="2024-01-08 12:00截止投标，迟到"):
            bank.submits(tender, at=CLOSES)

    def test_a_closed_tender_takes_nothing_whatever_the_clock_says(self, tender: Tender, bank: Bank) -> None:
        assert close_due_tenders(actor=system_member(), at=LAST_MOMENT) == 0
        assert close_due_tenders(actor=system_member(), at=CLOSES) == 1
        assert close_due_tenders(actor=system_member(), at=CLOSES) == 0
        leaves_no_trace(lambda: bank.submits(tender, at=BID_AT), BiddingOver)

    def test_two_persons_of_the_bank_itself(self, houses: Houses, tender: Tender, bank: Bank, rival: Bank) -> None:
        bid = bank.submits(tender)
        both = MemberFactory(institution=bank.institution, roles=[Role.HANDLER, Role.CHECKER])
        own = submit_bid(tender_id=tender.public_id, rate=RATE, volume=VOLUME, actor=both, at=BID_AT)
        entry = {"rate": RATE, "volume": VOLUME, "at": BID_AT}
        leaves_no_trace(lambda: check_bid(bid_id=own.pk, actor=both, **entry), SamePerson)
        leaves_no_trace(lambda: check_bid(bid_id=own.pk, actor=bank.maker, **entry), NotAllowed)  # no checker
        leaves_no_trace(lambda: check_bid(bid_id=own.pk, actor=rival.checker, **entry), NotVisible)
        leaves_no_trace(lambda: check_bid(bid_id=own.pk, actor=houses.industry_checker, **entry), NotAllowed)
        leaves_no_trace(lambda: check_bid(bid_id=bid.pk, actor=bank.checker, **entry), TransitionNotAllowed)  # replaced meanwhile
        program = MemberFactory(institution=bank.institution, program=True, user=None, roles=[Role.HANDLER, Role.CHECKER])
        for stranger in (houses.industry, program, MemberFactory.serving("county_industry", district="晋江市")):
            leaves_no_trace(lambda who=stranger: submit_bid(tender_id=tender.public_id, actor=who, **entry), NotAllowed)

    def test_the_checker_enters_it_again(self, tender: Tender, bank: Bank) -> None:
        bid = bank.submits(tender)
        for rate, volume in (("0.0306", VOLUME), (RATE, "300000000.01"), ("3.05", VOLUME)):
            leaves_no_trace(lambda r=rate, v=volume: bank.checks(bid, r, v), EntriesDiffer)
        leaves_no_trace(lambda: check_bid(bid_id=bid.pk, actor=bank.checker, at=BID_AT), EntriesDiffer)
        assert bank.checks(bid, "0.030500", "300000000").state == "checked"
        leaves_no_trace(lambda: bank.checks(bid), TransitionNotAllowed)

    def test_sent_back_it_never_counts(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bid = bank.submits(tender)
        send_back_bid(bid_id=bid.pk, actor=bank.checker, at=BID_AT)
        leaves_no_trace(lambda: bank.checks(bid), TransitionNotAllowed)
        houses.opens(tender)
        assert not Bid.objects.exists()


@pytest.mark.clause("D14")
class TestRatesAsPeopleWriteThem:
    @pytest.mark.parametrize(("rate", "volume", "refusal"), [
        pytest.param("0", "1", InvalidRate, id="nothing"),
        pytest.param("1", "1", InvalidRate, id="a hundred per cent"),
        pytest.param("0.0305001", "1", InvalidRate, id="a fifth place of the per cent"),
        pytest.param("0.03", "0", InvalidVolume, id="no volume"),
        pytest.param("0.03", "0.001", InvalidVolume, id="a part of a cent"),
        pytest.param("0.03", "10000000000000000", InvalidVolume, id="more than the opening record holds"),
    ])  # fmt: skip
    def test_what_is_no_bid_is_refused_in_per_cent(
        self, tender: Tender, bank: Bank, rate: str, volume: str, refusal: type[Exception]
    ) -> None:
        leaves_no_trace(lambda: bank.submits(tender, rate, volume, confirmed=True), refusal)
        with pytest.raises(refusal) as refused:
            bank.submits(tender, rate, volume, confirmed=True)
        assert "0.0" not in str(refused.value)

    @pytest.mark.parametrize(
        ("rate", "shown"), [("0.305", "30.50%"), ("0.000305", "0.0305%"), ("0.150001", "15.0001%"), ("0.004999", "0.4999%")]
    )
    def test_an_unusual_rate_is_asked_about_once(self, tender: Tender, bank: Bank, rate: str, shown: str) -> None:
        with pytest.raises(ImplausibleRate, match=f"所填利率为 {shown}，不在常见的 0.50% 至 15.00% 之间"):
            bank.submits(tender, rate)
        assert bank.submits(tender, rate, confirmed=True).state == "made"

    @pytest.mark.parametrize("rate", ["0.005", "0.15"])
    def test_both_bounds_are_usual(self, tender: Tender, bank: Bank, rate: str) -> None:
        assert bank.submits(tender, rate).state == "made"


class TestWhoKnows:
    def test_before_the_opening_only_the_bank_knows_that_it_bid(self, houses: Houses, tender: Tender, bank: Bank, rival: Bank) -> None:
        regulator = MemberFactory.serving("regulator")
        readers = (houses.industry, houses.treasury_checker, regulator, rival.maker)
        seen = [set(events_read_by(one)) for one in readers]
        bid = bank.bids(tender)
        bank.submits(tender, "0.03")
        record_opening(obj=bid, actor=bank.checker, at=BID_AT)
        record_opening(obj=tender, actor=bank.checker, at=BID_AT)
        for reader, before in zip(readers, seen, strict=True):
            assert set(events_read_by(reader)) == before
            assert not sealed_bids_visible_to(reader).exists()
            assert not bids_visible_to(reader).exists()
            assert not paper_bids_visible_to(reader).exists()
        assert sealed_bids_visible_to(bank.maker).count() == 2
        assert not Notice.objects.exists()
        assert Event.objects.filter(object_type="subsidy.sealedbid").count() == 4  # in the chain all the same

    def test_the_log_tells_it_after_the_opening(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bank.bids(tender)
        houses.opens(tender)
        assert events_read_by(houses.industry).filter(object_type="subsidy.sealedbid").count() == 2

    def test_after_the_opening_a_bank_reads_its_own_line_only(self, houses: Houses, tender: Tender, bank: Bank, rival: Bank) -> None:
        bank.bids(tender, "0.031")
        rival.bids(tender, "0.029")
        houses.opens(tender)
        assert [bid.bank for bid in bids_visible_to(bank.maker)] == [bank.institution]
        assert bids_visible_to(houses.industry).count() == 2
        assert not bids_visible_to(MemberFactory.serving("county_industry", district="晋江市")).exists()
        assert not bids_visible_to(MemberFactory(institution=InstitutionFactory(fund_manager=True))).exists()

    def test_the_event_of_a_bid_carries_no_number_of_it(self, tender: Tender, bank: Bank) -> None:
        bank.bids(tender)
        for event in Event.objects.filter(object_type="subsidy.sealedbid"):
            assert set(event.after) == {"state", "receipt"}
            assert (event.remark, event.before, event.bank_id) == ("", {}, bank.institution.pk)


class TestOpening:
    def test_nobody_opens_before_the_closing(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bank.bids(tender)
        leaves_no_trace(lambda: propose_opening(tender_id=tender.public_id, actor=houses.industry, at=LAST_MOMENT), BiddingNotOver)
        leaves_no_trace(lambda: confirm_opening(tender_id=tender.public_id, actor=houses.treasury_checker, at=CLOSES), TransitionNotAllowed)

    def test_one_house_alone_opens_nothing(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bank.bids(tender)
        propose_opening(tender_id=tender.public_id, actor=houses.industry_checker, at=CLOSES)
        leaves_no_trace(lambda: confirm_opening(tender_id=tender.public_id, actor=houses.industry_checker, at=OPENED), SamePerson)
        other = MemberFactory.serving("city_industry", checker=True)
        leaves_no_trace(lambda: confirm_opening(tender_id=tender.public_id, actor=other, at=OPENED), SameHouse)
        for stranger in (
            MemberFactory.serving("city_treasury"),  # no checker
            MemberFactory.serving("city_treasury", program=True, user=None, roles=[Role.CHECKER]),
            MemberFactory.serving("regulator", checker=True),
            MemberFactory.serving("city_treasury", admin=True),
            bank.checker,
        ):
            leaves_no_trace(lambda who=stranger: confirm_opening(tender_id=tender.public_id, actor=who, at=OPENED), NotAllowed)

    def test_either_house_proposes(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bank.bids(tender)
        propose_opening(tender_id=tender.public_id, actor=MemberFactory.serving("city_treasury"), at=CLOSES)
        opened = confirm_opening(tender_id=tender.public_id, actor=houses.industry_checker, at=OPENED)
        assert (opened.state, opened.bids_opened_at, Bid.objects.count()) == ("opened", OPENED, 1)
        leaves_no_trace(lambda: confirm_opening(tender_id=tender.public_id, actor=houses.industry_checker, at=OPENED), TransitionNotAllowed)

    def test_declined_the_bids_stay_sealed(self, houses: Houses, tender: Tender, bank: Bank) -> None:
        bank.bids(tender)
        propose_opening(tender_id=tender.public_id, actor=houses.industry, at=CLOSES)
        decline_opening(tender_id=tender.public_id, actor=houses.treasury_checker, at=CLOSES)
        assert not Bid.objects.exists()
        assert houses.opens(tender).state == "opened"

    def test_a_missing_key_or_an_altered_row_opens_nothing(self, houses: Houses, tender: Tender, bank: Bank, settings: Any) -> None:
        bank.bids(tender)
        propose_opening(tender_id=tender.public_id, actor=houses.industry, at=CLOSES)
        ours, settings.BID_KEYS = settings.BID_KEYS, [b"x" * 32]
        leaves_no_trace(lambda: confirm_opening(tender_id=tender.public_id, actor=houses.treasury_checker, at=OPENED), BidsUnreadable)
        settings.BID_KEYS = [b"x" * 32, *ours]  # a new key in front, the old one kept
        confirm_opening(tender_id=tender.public_id, actor=houses.treasury_checker, at=OPENED)
        assert Bid.objects.get().rate == RATE


class TestPaper:
    def test_paper_is_entered_after_the_opening_by_two_persons(self, houses: Houses, tender: Tender, bank: Bank, rival: Bank) -> None:
        bank.bids(tender)
        leaves_no_trace(lambda: houses.enters(tender, rival.institution), BidsStillSealed)
        houses.opens(tender)
        row = houses.enters(tender, rival.institution)
        leaves_no_trace(lambda: houses.awards(tender), PaperBidsWait)
        assert Bid.objects.count() == 1
        houses.checks(row)
        line = Bid.objects.get(bank=rival.institution)
        assert (line.source, line.paper, line.rate, line.submitted_at) == ("paper", row, RATE, row.received_at)
        assert houses.awards(tender).state == "awarded"
        third = InstitutionFactory()
        leaves_no_trace(lambda: houses.enters(tender, third), BidsStillSealed)

    def test_late_paper_and_second_bids_are_refused(self, houses: Houses, tender: Tender, bank: Bank, rival: Bank) -> None:
        bank.bids(tender)
        houses.opens(tender)
        leaves_no_trace(lambda: houses.enters(tender, rival.institution, received_at=CLOSES), PaperBidLate)
        leaves_no_trace(lambda: houses.enters(tender, bank.institution), BankHasBid)
        houses.enters(tender, rival.institution)
        leaves_no_trace(lambda: houses.enters(tender, rival.institution), BankHasBid)

    def test_its_checker_is_another_person_and_may_send_it_back(self, houses: Houses, tender: Tender, rival: Bank) -> None:
        houses.opens(tender)
        row = houses.enters(tender, rival.institution)
        houses.industry.roles = [Role.HANDLER, Role.CHECKER]
        houses.industry.save()
        back: dict[str, Any] = {"bid_id": str(row.public_id), "at": OPENED}
        from_self = Member.objects.get(pk=houses.industry.pk)
        leaves_no_trace(lambda: _check(row, from_self), SamePerson)
        leaves_no_trace(lambda: _check(row, houses.treasury_checker), NotAllowed)
        send_back_paper_bid(**back, reason="登记号有误", actor=houses.industry_checker)
        leaves_no_trace(lambda: houses.checks(row), TransitionNotAllowed)
        houses.checks(houses.enters(tender, rival.institution))
        assert Bid.objects.count() == 1


def _check(row: Any, actor: Member) -> Any:
    return check_paper_bid(bid_id=str(row.public_id), actor=actor, at=OPENED)
