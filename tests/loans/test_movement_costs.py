"""Recording movements costs a constant number of statements."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loans.enums import MovementKind
from loans.services.movements.record import record_drawdowns, record_repayments
from tests.loan_factories import LoanFactory, move, noon

pytestmark = pytest.mark.django_db

DRAWN_ON = date(2024, 4, 10)


def statements(write) -> int:
    with CaptureQueriesContext(connection) as queries:
        write()
    return len(queries)


def test_a_batch_costs_the_statements_of_one(scene):
    loans = [scene.signed(amount_requested=Decimal("1000000.00")) for _ in range(6)]
    given = {"actor": scene.handler, "checked_by": scene.checker, "at": noon(DRAWN_ON)}
    one = statements(lambda: record_drawdowns([scene.item(loans[0], "1000.00", DRAWN_ON)], **given))
    many = statements(lambda: record_drawdowns([scene.item(loan, "1000.00", DRAWN_ON) for loan in loans[1:]], **given))
    assert many == one
    given = {"actor": scene.handler, "at": noon(date(2024, 7, 1))}
    one = statements(lambda: record_repayments([scene.item(loans[0], "1.00", date(2024, 7, 1))], **given))
    many = statements(lambda: record_repayments([scene.item(loan, "1.00", date(2024, 7, 1)) for loan in loans[1:]], **given))
    assert many == one
    assert one <= 10


def test_a_back_dated_repayment_costs_the_same_on_an_old_loan(scene):
    old, young = (LoanFactory(application__bank=scene.bank, drawn_on=DRAWN_ON) for _ in range(2))
    for month in range(55):
        move(old, MovementKind.REPAYMENT, "1000.00", DRAWN_ON + timedelta(days=30 * (month + 1)))
    late = date(2028, 12, 1)
    given = {"actor": scene.handler, "at": noon(late)}
    cost = [
        statements(lambda loan=loan: record_repayments([scene.item(loan, "1.00", date(2024, 5, 1), reason="补记")], **given))
        for loan in (young, old)
    ]
    assert cost[0] == cost[1]
