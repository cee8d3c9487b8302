"""Closed days: the same balances and statements, without adding up old legs; and books held against their cases."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common.dates import Period
from ledger.closing import close_days
from ledger.enums import EntryKind, Purpose
from ledger.models import Account, ClosedBalance, Closing, Entry, Leg
from ledger.selectors import balance_of, statement
from ledger.services import EntryBackDated, NewEntry, NewLeg, account_of, post
from ledger.verification import verify
from tests.factories import InstitutionFactory

BEGIN = date(2024, 1, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 0, 5, tzinfo=SHANGHAI)


def book(accounts: list[Account], day: date, amount: str | Decimal = "1.00", key: str = "") -> Entry:
    entry = NewEntry(
        key=key or f"test:{Entry.objects.count()}",
        kind=EntryKind.SUBSIDY_PAYMENT,
        value_on=day,
        posted_on=day,
        description="测试",
        clause="FP 1.6.4",
        object_type="test.case",
        object_id="1",
        legs=[NewLeg(account_id=accounts[0].pk, amount=-Decimal(amount)), NewLeg(account_id=accounts[1].pk, amount=Decimal(amount))],
    )
    return post([entry])[0]


@pytest.fixture
def accounts(db: None) -> Iterator[list[Account]]:
    return [account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2)]  # type: ignore[return-value]


def summed(account: Account, on: date) -> Decimal:
    return sum(Leg.objects.filter(account=account, entry__posted_on__lte=on).values_list("amount", flat=True), Decimal("0.00"))


class ClosingProperties(TestCase):
    """However days are posted and closed, a balance is the sum of its legs."""

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 10**6), st.booleans()), min_size=1, max_size=25))
    def test_balances_do_not_depend_on_when_days_are_closed(self, steps: list[tuple[int, int, bool]]) -> None:
        accounts = [account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2)]
        day = BEGIN
        for later, cents, closes in steps:
            day += timedelta(days=later)
            book(accounts, day, Decimal(cents) / 100)
            if closes:
                close_days(at=at(day))
        for n in range((day - BEGIN).days + 2):
            on = BEGIN + timedelta(days=n - 1)
            assert balance_of(accounts[1], on=on) == summed(accounts[1], on)
            found = statement(accounts[1], Period(on, on + timedelta(days=2)))
            assert (found.opening, found.closing) == (
                summed(accounts[1], on - timedelta(days=1)),
                summed(accounts[1], on + timedelta(days=1)),
            )
        assert balance_of(accounts[1]) == summed(accounts[1], day)


def test_closed_days_are_not_added_up_again(accounts: list[Account]) -> None:
    for n in range(5):
        book(accounts, BEGIN + timedelta(days=n))
    assert close_days(at=at(BEGIN + timedelta(days=4))) == 4
    assert close_days(at=at(BEGIN + timedelta(days=4))) == 0
    assert ClosedBalance.objects.filter(account=accounts[1]).count() == 4
    with connection.execute_wrapper(no_scan_of_old_legs):
        assert balance_of(accounts[1], on=BEGIN + timedelta(days=2)) == 3
        assert balance_of(accounts[1]) == 5


def no_scan_of_old_legs(execute: object, sql: str, params: object, many: bool, context: object) -> object:
    assert "ledger_leg" not in sql or "entry_id" in sql.split("WHERE")[1]
    return execute(sql, params, many, context)  # type: ignore[operator]


def test_today_is_never_closed(accounts: list[Account]) -> None:
    book(accounts, BEGIN)
    assert close_days(at=at(BEGIN), through=BEGIN) == 0
    assert not Closing.objects.exists()


def test_nothing_is_posted_on_a_closed_day(accounts: list[Account]) -> None:
    book(accounts, BEGIN)
    close_days(at=at(BEGIN + timedelta(days=1)))
    with pytest.raises(EntryBackDated), transaction.atomic():
        book(accounts, BEGIN)
    assert book(accounts, BEGIN + timedelta(days=1))


def test_closings_stay(accounts: list[Account]) -> None:
    book(accounts, BEGIN)
    close_days(at=at(BEGIN + timedelta(days=1)))
    for table in ("ledger_closing", "ledger_closedbalance"):
        with pytest.raises((InternalError, Exception), match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.clause("D41")
def test_an_entry_without_a_case_is_found(accounts: list[Account]) -> None:
    entry = book(accounts, BEGIN, key="risk:payment:made-up")
    assert list(verify()) == [f"凭证{entry.pk}（risk:payment:made-up）没有对应的业务记录。"]


def test_a_wrong_closed_balance_is_found(accounts: list[Account]) -> None:
    book(accounts, BEGIN)
    close_days(at=at(BEGIN + timedelta(days=1)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_closedbalance SET balance = balance + 1 WHERE account_id = %s", [accounts[1].pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert f"账户{accounts[1].code}{BEGIN}日终余额为2.00，按分录合计应为1.00。" in list(verify())


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_is_wrong_and_fails() -> None:
    accounts = [account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2)]
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "核对通过，共 0 张凭证" in out.getvalue()
    book(accounts, BEGIN)
    with pytest.raises(CommandError, match="1 处不符"):
        call_command("verify_ledger", stdout=out)
