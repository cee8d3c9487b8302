"""Statements and balances, and who sees them."""

from datetime import date
from decimal import Decimal

import pytest

from common.dates import Period
from ledger.enums import EntryKind, Purpose
from ledger.models import Account
from ledger.selectors import accounts_visible_to, balance_of, entries_of, entries_visible_to, statement, unbalanced_total
from ledger.services import NewEntry, NewLeg, account_of, post
from tests.factories import InstitutionFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> list[Account]:
    """Two accounts with entries posted on 1, 10 and 20 May of 10, 20 and 30 yuan."""
    found = [account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2)]
    for n, day in enumerate((1, 10, 20), 1):
        legs = [NewLeg(account_id=found[0].pk, amount=Decimal(-10 * n)), NewLeg(account_id=found[1].pk, amount=Decimal(10 * n))]
        on = date(2024, 5, day)
        post(
            [
                NewEntry(
                    key=f"k{n}",
                    kind=EntryKind.SUBSIDY_PAYMENT,
                    value_on=date(2024, 4, 30),
                    posted_on=on,
                    description=f"第{n}笔",
                    clause="FP 1.6.4",
                    object_type="x",
                    object_id=str(n),
                    legs=legs,
                )
            ]
        )
    return found


def test_statement_has_opening_entries_and_closing_by_day_of_posting(accounts: list[Account]) -> None:
    found = statement(accounts[1], Period(date(2024, 5, 10), date(2024, 5, 20)))
    assert (found.opening, found.closing) == (Decimal("10.00"), Decimal("30.00"))
    assert [(line.entry.key, line.amount, line.balance) for line in found.lines] == [("k2", Decimal("20.00"), Decimal("30.00"))]


def test_statement_of_a_quiet_period_keeps_the_balance(accounts: list[Account]) -> None:
    found = statement(accounts[0], Period(date(2024, 6, 1), date(2024, 7, 1)))
    assert (found.opening, found.lines, found.closing) == (Decimal("-60.00"), (), Decimal("-60.00"))


def test_balances_at_the_end_of_a_day(accounts: list[Account]) -> None:
    assert balance_of(accounts[0], on=date(2024, 5, 10)) == Decimal("-30.00")
    assert balance_of(accounts[1]) == Decimal("60.00")
    assert balance_of(account_of(InstitutionFactory(), Purpose.CURRENT)) == Decimal("0.00")
    assert unbalanced_total() == 0


def test_entries_of_an_object(accounts: list[Account]) -> None:
    assert [entry.key for entry in entries_of("x", "2")] == ["k2"]


def test_a_bank_sees_its_own_accounts_and_their_entries(accounts: list[Account]) -> None:
    own, other = MemberFactory(institution=accounts[0].institution), MemberFactory()
    assert list(accounts_visible_to(own)) == [accounts[0]]
    assert entries_visible_to(own).count() == 3
    assert not accounts_visible_to(other).exists()
    assert not entries_visible_to(other).exists()
    assert accounts_visible_to(MemberFactory.serving("city_treasury")).count() == 2
