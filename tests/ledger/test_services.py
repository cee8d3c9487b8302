"""Booking through ``post``: once, in one statement, or not at all."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from ledger.enums import EntryKind, Purpose
from ledger.models import Account, Entry, Leg
from ledger.services import (
    EntryBackDated,
    EntryDiffers,
    EntryUnbalanced,
    NewEntry,
    NewLeg,
    account_of,
    accounts_of,
    post,
    reversal_of,
)
from tests.factories import EnterpriseFactory, InstitutionFactory

POSTED = date(2024, 5, 2)


@pytest.fixture
def accounts(db: None) -> list[Account]:
    return [account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2)]


def transfer(accounts: Sequence[Account], key: str = "k", amount: str = "5.00", posted_on: date = POSTED) -> NewEntry:
    legs = [NewLeg(account_id=accounts[0].pk, amount=-Decimal(amount)), NewLeg(account_id=accounts[1].pk, amount=Decimal(amount))]
    return NewEntry(
        key=key,
        kind=EntryKind.SUBSIDY_PAYMENT,
        value_on=date(2024, 5, 1),
        posted_on=posted_on,
        description='拨付"贴息"\\第一笔, {含符号}',
        clause="FP 1.6.4",
        object_type="subsidy.payment",
        object_id="1",
        legs=legs,
    )


def test_an_entry_is_returned_as_it_is_stored(accounts: list[Account]) -> None:
    (entry,) = post([transfer(accounts)])
    stored = Entry.objects.get()
    assert {f.attname: getattr(entry, f.attname) for f in Entry._meta.concrete_fields} == {
        f.attname: getattr(stored, f.attname) for f in Entry._meta.concrete_fields
    }
    assert stored.description == '拨付"贴息"\\第一笔, {含符号}'
    assert list(stored.legs.values_list("position", "account", "amount")) == [
        (1, accounts[0].pk, Decimal("-5.00")),
        (2, accounts[1].pk, Decimal("5.00")),
    ]


def test_one_statement_for_one_entry(accounts: list[Account], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        post([transfer(accounts)])


def test_a_list_comes_back_in_its_order(accounts: list[Account]) -> None:
    keys = [f"k{n}" for n in (3, 1, 2)]
    assert [entry.key for entry in post([transfer(accounts, key) for key in keys])] == keys


def test_the_same_again_books_nothing_and_keeps_the_first_day(accounts: list[Account]) -> None:
    (first,) = post([transfer(accounts)])
    again = post([transfer(accounts, posted_on=date(2024, 6, 1)), transfer(accounts, "new", posted_on=date(2024, 6, 1))])
    assert again[0] == first
    assert again[0].posted_on == POSTED
    assert Leg.objects.count() == 4


@pytest.mark.parametrize(
    "change",
    [
        {"description": "别的"},
        {"clause": "FP 1.5.1"},
        {"value_on": date(2024, 4, 30)},
        {"object_id": "2"},
        {"kind": EntryKind.COMPENSATION},
    ],
)
def test_other_content_under_a_known_key_is_refused(accounts: list[Account], change: dict[str, Any]) -> None:
    post([transfer(accounts)])
    with pytest.raises(EntryDiffers):
        post([transfer(accounts, "new"), replace(transfer(accounts), **change)])
    assert Entry.objects.count() == 1


def test_other_legs_under_a_known_key_are_refused(accounts: list[Account]) -> None:
    post([transfer(accounts)])
    with pytest.raises(EntryDiffers):
        post([transfer(accounts, amount="5.01")])


def test_a_key_twice_in_one_call(accounts: list[Account]) -> None:
    one, other = post([transfer(accounts), transfer(accounts)])
    assert one == other
    with pytest.raises(EntryDiffers):
        post([transfer(accounts, "x"), transfer(accounts, "x", "6.00")])
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("amounts", [("-5.00", "4.99"), ("5.00",), ()], ids=["a cent short", "one leg", "no leg"])
def test_an_unbalanced_entry_leaves_no_trace(accounts: list[Account], amounts: tuple[str, ...]) -> None:
    legs = [NewLeg(account_id=account.pk, amount=Decimal(amount)) for account, amount in zip(accounts, amounts, strict=False)]
    with pytest.raises(EntryUnbalanced):
        post([transfer(accounts, "good"), replace(transfer(accounts), legs=legs)])
    assert not Entry.objects.exists()


def test_back_dated_posting_is_said_in_a_sentence(accounts: list[Account]) -> None:
    post([transfer(accounts)])
    with pytest.raises(EntryBackDated, match="记账日不得早于"):
        post([transfer(accounts, "late", posted_on=date(2024, 5, 1))])


def test_a_reversal_takes_back_leg_by_leg_and_only_once(accounts: list[Account]) -> None:
    (entry,) = post([transfer(accounts)])
    (back,) = post([reversal_of(entry, key="k:back", value_on=POSTED, posted_on=POSTED, description="冲正")])
    assert back.reverses_id == entry.pk
    assert [leg.amount for leg in back.legs.order_by("position")] == [Decimal("5.00"), Decimal("-5.00")]
    with pytest.raises(Exception, match="entry_reversed_once"):
        post([reversal_of(entry, key="k:back2", value_on=POSTED, posted_on=POSTED, description="冲正")])


def test_accounts_open_once_for_institutions_and_enterprises(db: None) -> None:
    bank, enterprise = InstitutionFactory(), EnterpriseFactory()
    wanted = [(bank, Purpose.CURRENT), (bank, Purpose.FEE_POOL), (enterprise, Purpose.CURRENT)]
    first = accounts_of(wanted)
    assert accounts_of(wanted) == first
    assert first[(enterprise, Purpose.CURRENT)].enterprise == enterprise
    assert Account.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_at_once_book_a_key_once() -> None:
    accounts = [account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2)]
    start = Barrier(4)

    def book(_: int) -> int:
        try:
            start.wait(timeout=10)
            return int(post([transfer(accounts)])[0].pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(book, range(4)))
    assert len(numbers) == 1
    assert Leg.objects.count() == 2
