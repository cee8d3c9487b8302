"""Many at once, over real connections: caps hold, nobody waits in a ring, nothing is booked twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Sum

from loans.models import Application, Loan, Movement
from loans.rules.balances import BalanceBelowZero
from loans.rules.caps import OverCap
from loans.services.approval import approve_application
from loans.services.movements.record import record_drawdowns, record_repayments
from loans.services.steps import WrongState
from tests.factories import EnterpriseFactory, MemberFactory
from tests.loan_factories import ApplicationFactory, BankQuotaFactory, EntryFactory, LoanFactory, ProjectFactory, ReturnRateFactory, noon
from tests.loans.conftest import make_scene

pytestmark = pytest.mark.django_db(transaction=True)

APPROVED_AT = noon(date(2024, 3, 20))
DRAWN_ON = date(2024, 4, 10)


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Return what each call gave or raised; all begin together, each on a connection of its own."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return call()
        except Exception as raised:
            return raised
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.clause("FP 1.2.1")
def test_fifty_approvals_from_five_banks_never_exceed_the_cap():
    entry = EntryFactory(project=ProjectFactory(enterprise=EnterpriseFactory(), total_investment=Decimal("100000000.00")))
    calls = []
    for _ in range(5):
        quota = BankQuotaFactory()
        member = MemberFactory(institution=quota.bank)
        for _ in range(10):
            application = ApplicationFactory(under_review=True, entry=entry, bank=quota.bank, amount_requested=Decimal("7000000.00"))
            given = {"application_id": application.public_id, "amount": Decimal("7000000.00"), "actor": member, "at": APPROVED_AT}
            calls.append(lambda given=given: approve_application(**given))
    outcomes = at_once(calls)
    assert sum(isinstance(outcome, Application) for outcome in outcomes) == 11  # 11 × 7 million within 80 % of 100 million
    assert sum(isinstance(outcome, OverCap) for outcome in outcomes) == 39
    assert Application.objects.aggregate(total=Sum("amount_approved"))["total"] == Decimal("77000000.00")


@pytest.mark.clause("FP 1.3")
def test_approvals_on_many_projects_never_exceed_the_bank_s_quota():
    quota = BankQuotaFactory(amount=Decimal("50000000.00"))
    member = MemberFactory(institution=quota.bank)
    calls = []
    for _ in range(12):
        application = ApplicationFactory(under_review=True, bank=quota.bank)
        given = {"application_id": application.public_id, "amount": Decimal("10000000.00"), "actor": member, "at": APPROVED_AT}
        calls.append(lambda given=given: approve_application(**given))
    outcomes = at_once(calls)
    assert sum(isinstance(outcome, Application) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, OverCap) for outcome in outcomes) == 7


def test_one_approval_of_one_application_wins():
    quota = BankQuotaFactory()
    application = ApplicationFactory(under_review=True, bank=quota.bank)
    member = MemberFactory(institution=quota.bank)
    given = {"application_id": application.public_id, "amount": Decimal("1.00"), "actor": member, "at": APPROVED_AT}
    outcomes = at_once([lambda: approve_application(**given)] * 4)
    assert sum(isinstance(outcome, Application) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, WrongState) for outcome in outcomes) == 3


def test_approvals_drawdowns_and_contracts_of_one_project_wait_in_no_ring():
    scene = make_scene()
    given = {"entry": scene.entry, "bank": scene.bank}
    loans = [LoanFactory(application=ApplicationFactory(contracted=True, **given)) for _ in range(4)]
    reviews = [ApplicationFactory(under_review=True, **given) for _ in range(4)]
    met = [ApplicationFactory(conditions_met=True, **given) for _ in range(4)]
    calls: list[Callable[[], Any]] = []
    for number, loan in enumerate(loans):
        pair = [scene.item(each, "1000.00", DRAWN_ON, reference=f"{number}-{each.pk}") for each in (loan, loans[number - 1])]
        batch = {"actor": scene.handler, "checked_by": scene.checker, "at": noon(DRAWN_ON)}
        calls.append(lambda pair=pair, batch=batch: record_drawdowns(pair, **batch))
    for application in reviews:
        wanted = {"application_id": application.public_id, "amount": Decimal("1000.00"), "actor": scene.handler}
        calls.append(lambda wanted=wanted: approve_application(**wanted, at=noon(date(2024, 3, 20))))
    calls += [lambda application=application: scene.sign(application) for application in met]
    outcomes = at_once(calls)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Movement.objects.count() == 8
    assert Loan.objects.count() == 8


def test_the_same_call_at_once_books_once():
    scene = make_scene()
    loan = LoanFactory(application__bank=scene.bank)
    item = scene.item(loan, "6000000.00", DRAWN_ON)
    given = {"actor": scene.handler, "checked_by": scene.checker, "at": noon(DRAWN_ON)}
    outcomes = at_once([lambda: record_drawdowns([item], **given)] * 6)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert len({movement.pk for (movement,) in outcomes}) == 1
    assert Loan.objects.get(pk=loan.pk).drawn == Decimal("6000000.00")


def test_repayments_at_once_never_repay_more_than_there_is():
    scene = make_scene()
    ReturnRateFactory()
    loan = LoanFactory(application__bank=scene.bank, drawn_on=DRAWN_ON)
    calls = []
    for number in range(8):
        item = scene.item(loan, "3000000.00", date(2024, 7, 1), reference=f"HK-{number}")
        calls.append(lambda item=item: record_repayments([item], actor=scene.handler, at=noon(date(2024, 7, 1))))
    outcomes = at_once(calls)
    assert sum(isinstance(outcome, list) for outcome in outcomes) == 3
    assert sum(isinstance(outcome, BalanceBelowZero) for outcome in outcomes) == 5
    assert Loan.objects.get(pk=loan.pk).performing == Decimal("1000000.00")
