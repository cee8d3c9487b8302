"""What the database itself refuses in the books, whoever writes."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.enums import EntryKind, Purpose
from ledger.models import Account, Entry, Leg
from ledger.services import NewEntry, NewLeg, account_of, post
from tests.factories import InstitutionFactory

pytestmark = pytest.mark.django_db

WRITE = """
WITH e AS (
    INSERT INTO ledger_entry (key, kind, value_on, posted_on, description, clause, object_type, object_id)
    VALUES (%s, 'subsidy_payment', %s, %s, '测试', 'FP 1.6.4', 'x', '1') RETURNING id
)
INSERT INTO ledger_leg (entry_id, position, account_id, amount) SELECT e.id, l.* FROM e, (VALUES {legs}) AS l
"""


@pytest.fixture
def accounts() -> list[Account]:
    return [account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2)]


@pytest.fixture
def booked(accounts: list[Account]) -> Entry:
    legs = [NewLeg(account_id=accounts[0].pk, amount=Decimal("-5.00")), NewLeg(account_id=accounts[1].pk, amount=Decimal("5.00"))]
    new = NewEntry(
        key="k",
        kind=EntryKind.SUBSIDY_PAYMENT,
        value_on=date(2024, 5, 1),
        posted_on=date(2024, 5, 2),
        description="拨付",
        clause="FP 1.6.4",
        object_type="x",
        object_id="1",
        legs=legs,
    )
    return post([new])[0]


def write(legs: str, *, key: str = "raw", value_on: str = "2024-05-03", posted_on: str = "2024-05-03") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE.format(legs=legs), [key, value_on, posted_on])


def test_raw_sql_may_book_what_balances(accounts: list[Account]) -> None:
    a, b = (account.pk for account in accounts)
    write(f"(1, {a}, -7.00), (2, {b}, 7.00)")
    assert list(Leg.objects.values_list("amount", flat=True).order_by("amount")) == [Decimal("-7.00"), Decimal("7.00")]


@pytest.mark.parametrize(
    ("legs", "why"),
    [
        pytest.param("(1, {a}, -7.00), (2, {b}, 6.99)", "leg_balanced", id="a cent short"),
        pytest.param("(2, {a}, -7.00), (3, {b}, 7.00)", "entry_has_legs", id="not numbered from one"),
        pytest.param("(1, {a}, -7.00), (3, {b}, 7.00)", "leg_balanced", id="a number left out"),
        pytest.param("(1, {a}, 0.00), (2, {b}, 0.00)", "leg_amount_not_zero", id="legs of nothing"),
    ],
)
def test_unbalanced_legs_are_refused(accounts: list[Account], legs: str, why: str) -> None:
    with pytest.raises(IntegrityError, match=r".") as refusal:
        write(legs.format(a=accounts[0].pk, b=accounts[1].pk))
    assert refusal.value.__cause__.diag.constraint_name == why  # type: ignore[union-attr]
    assert not Entry.objects.exists()


def test_an_entry_without_legs_is_refused() -> None:
    with pytest.raises(IntegrityError, match="has no legs"), transaction.atomic():
        Entry.objects.create(
            key="bare",
            kind=EntryKind.SUBSIDY_PAYMENT,
            value_on=date(2024, 5, 1),
            posted_on=date(2024, 5, 1),
            description="x",
            clause="",
            object_type="x",
            object_id="1",
        )


def test_legs_cannot_be_added_to_a_booked_entry(booked: Entry, accounts: list[Account]) -> None:
    more = [
        Leg(entry=booked, position=at, account=account, amount=amount)
        for at, account, amount in ((3, accounts[0], 1), (4, accounts[1], -1))
    ]
    with pytest.raises(IntegrityError, match="numbered from 1"), transaction.atomic():
        Leg.objects.bulk_create(more)
    first_again = [
        Leg(entry=booked, position=at, account=account, amount=amount)
        for at, account, amount in ((1, accounts[0], 1), (2, accounts[1], -1))
    ]
    with pytest.raises(IntegrityError, match="leg_position_once"), transaction.atomic():
        Leg.objects.bulk_create(first_again)


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leg", "ledger_account"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_books_are_append_only(booked: Entry, table: str, verb: str) -> None:
    connection.check_constraints()  # TRUNCATE waits for no pending check
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


def test_posting_is_never_back_dated(booked: Entry, accounts: list[Account]) -> None:
    a, b = (account.pk for account in accounts)
    with pytest.raises(IntegrityError, match="never back-dated"):
        write(f"(1, {a}, -7.00), (2, {b}, 7.00)", value_on="2024-05-01", posted_on="2024-05-01")
    write(f"(1, {a}, -7.00), (2, {b}, 7.00)", value_on="2024-04-01", posted_on="2024-05-02")


def test_nothing_is_posted_before_the_money_moved(accounts: list[Account]) -> None:
    a, b = (account.pk for account in accounts)
    with pytest.raises(IntegrityError, match="entry_posted_from_value_day_on"):
        write(f"(1, {a}, -7.00), (2, {b}, 7.00)", value_on="2024-05-04")


def test_a_key_is_booked_once(booked: Entry, accounts: list[Account]) -> None:
    a, b = (account.pk for account in accounts)
    with pytest.raises(IntegrityError, match="entry_key_once"):
        write(f"(1, {a}, -7.00), (2, {b}, 7.00)", key="k")


def test_an_account_belongs_to_one_party() -> None:
    with pytest.raises(IntegrityError, match="account_of_one_party"), transaction.atomic():
        Account.objects.create(code="nobody", purpose=Purpose.CURRENT)


def test_one_account_per_party_and_purpose(accounts: list[Account]) -> None:
    with pytest.raises(IntegrityError, match="account_code_once"), transaction.atomic():
        Account.objects.create(code=accounts[0].code, purpose=Purpose.CURRENT, institution=accounts[0].institution)
