"""Two at once, and a run killed half-way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django_fsm import TransitionNotAllowed

from ledger.models import Entry
from parties.selectors import system_member
from subsidy.models import Bid, Line, Payment, Revision, SealedBid, Settlement, Tender
from subsidy.services import drafts
from subsidy.services.computation import known_through
from subsidy.services.drafts import draft_due_settlements
from subsidy.services.openings import confirm_opening, propose_opening
from subsidy.services.payments import check_payment, record_payment
from subsidy.services.sealed_bids import BiddingOver, check_bid
from subsidy.services.steps import confirm_settlement, file_settlement, review_settlement
from tests.factories import InstitutionFactory, MemberFactory
from tests.subsidy.bidding import BID_AT, CLOSES, OPENED, RATE, VOLUME, Bank, Houses
from tests.subsidy.factories import People, drafted, filed, make_loan, move, noon

pytestmark = pytest.mark.django_db(transaction=True)
AT, JULY = noon(2024, 6, 22), noon(2024, 7, 5)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Return what each call gave, or the error it raised, all started together on their own connections."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=10)
            return call()
        except Exception as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_runs_of_the_job_draft_each_settlement_once() -> None:
    for _ in range(3):
        make_loan(InstitutionFactory())
    runs = at_once(*[lambda: draft_due_settlements(actor=system_member(), at=AT)] * 3)
    assert all(isinstance(run, list) for run in runs), runs
    assert Settlement.objects.count() == 6  # two quarters of three banks
    assert Revision.objects.count() == 6
    assert Line.objects.count() == 6


def test_a_killed_run_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make_loan(InstitutionFactory())
    compute, calls = drafts.compute_revision, []

    def dies_at_the_fourth(*args: Any, **kwargs: Any) -> Revision:
        revision = compute(*args, **kwargs)
        calls.append(revision)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return revision

    monkeypatch.setattr(drafts, "compute_revision", dies_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        draft_due_settlements(actor=system_member(), at=AT)
    assert (Settlement.objects.count(), Revision.objects.count(), Line.objects.count()) == (3, 3, 3)
    monkeypatch.undo()
    draft_due_settlements(actor=system_member(), at=AT)
    assert (Settlement.objects.count(), Revision.objects.count(), Line.objects.count()) == (6, 6, 6)


@pytest.fixture
def reviewed() -> tuple[Settlement, People]:
    bank = InstitutionFactory()
    people = People(bank)
    make_loan(bank)
    settlement = drafted(bank, people, year=2024, quarter=2, at=AT)
    assert settlement.current is not None
    confirm_settlement(settlement_id=str(settlement.public_id), sha256=settlement.current.sha256, actor=people.bank_handler, at=JULY)
    review_settlement(settlement_id=str(settlement.public_id), actor=people.industry, at=JULY)
    return settlement, people


def test_two_filings_at_once_open_the_payments_once(reviewed: tuple[Settlement, People]) -> None:
    settlement, people = reviewed
    number = str(settlement.public_id)
    calls = [lambda n=n: file_settlement(settlement_id=number, record_number=f"备{n}", actor=people.treasury, at=JULY) for n in range(3)]
    done = at_once(*calls)
    assert sum(isinstance(one, Settlement) for one in done) == 1
    assert sum(isinstance(one, TransitionNotAllowed) for one in done) == 2
    assert Payment.objects.count() == 2


def test_the_last_two_payers_at_once_complete_the_settlement(reviewed: tuple[Settlement, People]) -> None:
    settlement, people = reviewed
    file_settlement(settlement_id=str(settlement.public_id), record_number="备1", actor=people.treasury, at=JULY)
    checks = []
    for payment in Payment.objects.select_related("payer"):
        maker, checker = people.of_payer(payment.payer)
        number = str(payment.public_id)
        record_payment(payment_id=number, paid_on=date(2024, 7, 5), voucher="凭1", actor=maker, at=JULY)
        checks += [lambda number=number, checker=checker: check_payment(payment_id=number, actor=checker, at=JULY)] * 2
    done = at_once(*checks)
    assert sum(isinstance(one, Payment) for one in done) == 2, done
    assert Settlement.objects.get().state == "paid"
    assert Entry.objects.count() == 2


def test_the_horizon_waits_for_a_movement_being_written() -> None:
    loan = make_loan(InstitutionFactory())
    start = Barrier(2)

    def write_slowly() -> int:
        try:
            with transaction.atomic():
                (movement,) = move(loan, [(date(2024, 2, 1), "-1")])
                start.wait(timeout=10)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.5)")
            return movement.pk
        finally:
            connection.close()

    def look() -> int:
        try:
            start.wait(timeout=10)
            return known_through().movements
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        written, horizon = pool.submit(write_slowly), pool.submit(look)
        assert horizon.result() == written.result()


def test_recording_goes_on_while_a_settlement_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = InstitutionFactory()
    people = People(bank)
    loan = make_loan(bank)
    compute = drafts.compute_revision

    def with_a_movement_meanwhile(*args: Any, **kwargs: Any) -> Revision:
        (other,) = at_once(lambda: move(loan, [(date(2024, 6, 1), "-5000000")]))
        assert isinstance(other, list), other
        return compute(*args, **kwargs)

    monkeypatch.setattr(drafts, "compute_revision", with_a_movement_meanwhile)
    settlement = drafted(bank, people, year=2024, quarter=2, at=AT)
    monkeypatch.undo()
    assert settlement.current.lines.get().bank_interest == 80500  # type: ignore[union-attr]
    filed(settlement, people, at=JULY)
    third = drafted(bank, people, year=2024, quarter=3, at=noon(2024, 9, 22))
    assert [line.quarter for line in third.current.lines.order_by("quarter")] == [2, 3]  # type: ignore[union-attr]


def test_two_checks_of_a_bid_at_once_count_once() -> None:
    tender, bank = Houses().tender(), Bank()
    first, second = bank.bids(tender, "0.031"), bank.submits(tender)
    another = MemberFactory(institution=bank.institution, checker=True)
    done = at_once(
        *[lambda who=who: check_bid(bid_id=second.pk, rate=RATE, volume=VOLUME, actor=who, at=BID_AT) for who in (bank.checker, another)]
    )
    assert sorted(type(one).__name__ for one in done) == ["SealedBid", "TransitionNotAllowed"], done
    assert dict(SealedBid.objects.values_list("pk", "state")) == {first.pk: "superseded", second.pk: "checked"}


def test_two_makers_at_once_leave_one_that_waits() -> None:
    tender, bank = Houses().tender(), Bank()
    done = at_once(*[lambda: bank.submits(tender)] * 3)
    assert all(isinstance(one, SealedBid) for one in done), done
    assert sorted(SealedBid.objects.values_list("state", flat=True)) == ["made", "superseded", "superseded"]


def test_a_check_and_the_closing_at_once_leave_no_bid_half_in() -> None:
    houses, bank = Houses(), Bank()
    tender = houses.tender()
    bid = bank.submits(tender)
    moment = CLOSES - timedelta(microseconds=1)
    checked, closed = at_once(
        lambda: bank.checks(bid, at=moment), lambda: propose_opening(tender_id=tender.public_id, actor=houses.industry, at=CLOSES)
    )
    assert isinstance(closed, Tender), closed
    assert isinstance(checked, SealedBid | BiddingOver), checked
    confirm_opening(tender_id=tender.public_id, actor=houses.treasury_checker, at=OPENED)
    assert Bid.objects.count() == (1 if isinstance(checked, SealedBid) else 0)


def test_a_closing_waits_for_a_check_that_is_being_written() -> None:
    """The check came in time and holds the tender; whoever opens sees it, however slow it was."""
    houses, bank = Houses(), Bank()
    tender = houses.tender()
    bid, start = bank.submits(tender), Barrier(2)

    def check_slowly() -> None:
        try:
            with transaction.atomic():
                bank.checks(bid)
                start.wait(timeout=10)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.3)")
        finally:
            connection.close()

    def open_meanwhile() -> None:
        start.wait(timeout=10)
        houses.opens(tender)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for run in [pool.submit(check_slowly), pool.submit(open_meanwhile)]:
            run.result()
    assert Bid.objects.get().sealed_id == bid.pk


def test_two_confirmations_at_once_open_the_bids_once() -> None:
    houses, bank = Houses(), Bank()
    tender = houses.tender()
    bank.bids(tender)
    propose_opening(tender_id=tender.public_id, actor=houses.industry, at=CLOSES)
    done = at_once(*[lambda: confirm_opening(tender_id=tender.public_id, actor=houses.treasury_checker, at=OPENED)] * 2)
    assert sorted(type(one).__name__ for one in done) == ["Tender", "TransitionNotAllowed"], done
    assert Bid.objects.count() == 1
