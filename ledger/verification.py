"""
Holding the books against the cases they book. Each app above says what its cases ought to have booked, computed from the cases alone.

What is compared: every expected entry with the stored one, leg by leg; stored entries that no case explains; each entry's and each
closed day's sums; and whatever an app finds wrong in its cases' own arithmetic.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice

from django.db import connection

from ledger.models import Account, Entry, Leg

CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEntry:
    """What a case ought to have booked: legs by account code, yuan, above zero comes in."""

    key: str
    kind: str
    value_on: date
    clause: str
    object_type: str
    object_id: str
    legs: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Books:
    """What one app books: under keys with this prefix; and what is wrong in its own arithmetic, in sentences."""

    prefix: str
    expected: Callable[[], Iterable[ExpectedEntry]]
    problems: Callable[[], Iterable[str]]


_BOOKS: dict[str, Books] = {}


def register_books(books: Books) -> None:
    """Say what an app books. Called from its ``AppConfig.ready``, so that the ledger needs to know none of them."""
    _BOOKS[books.prefix] = books


def verify() -> Iterator[str]:
    """
    Yield every thing that is wrong with the books, in Chinese sentences; nothing when cases and books agree.

    Source: FP 1.6.4, FP 1.5.3; D41.
    """
    yield from _unbalanced()
    yield from _closed_balances()
    explained: set[str] = set()
    for books in _BOOKS.values():
        for chunk in _chunks(books.expected()):
            yield from _compared(chunk)
            explained.update(entry.key for entry in chunk)
        yield from books.problems()
    yield from _unexplained(explained)


def _chunks(expected: Iterable[ExpectedEntry]) -> Iterator[list[ExpectedEntry]]:
    rows = iter(expected)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _compared(chunk: list[ExpectedEntry]) -> Iterator[str]:
    """Yield what of a chunk is missing in the books or differs."""
    stored = {entry.key: entry for entry in Entry.objects.filter(key__in=[entry.key for entry in chunk])}
    legs: dict[int, list[tuple[str, Decimal]]] = {entry.pk: [] for entry in stored.values()}
    for entry_id, code, amount in Leg.objects.filter(entry__in=legs).values_list("entry_id", "account__code", "amount"):
        legs[entry_id].append((code, amount))
    for expected in chunk:
        entry = stored.get(expected.key)
        if entry is None:
            yield f"应记未记：{expected.key}（{expected.value_on}）。"
            continue
        wanted = (expected.kind, expected.value_on, expected.clause, expected.object_type, expected.object_id)
        if wanted != (entry.kind, entry.value_on, entry.clause, entry.object_type, entry.object_id):
            yield f"凭证{entry.pk}（{entry.key}）的类别、日期、依据或对象与业务记录不符。"
        if sorted(expected.legs) != sorted(legs[entry.pk]):
            yield f"凭证{entry.pk}（{entry.key}）的账户或金额与业务记录不符。"


def _unexplained(explained: set[str]) -> Iterator[str]:
    """Yield entries that no case explains; the mirror of an explained entry explains itself."""
    mirrored = {entry.pk: entry.key for entry in Entry.objects.filter(reversals__isnull=False)}
    for entry in Entry.objects.order_by("id").iterator(chunk_size=CHUNK):
        if entry.key not in explained and mirrored.get(entry.reverses_id or 0) not in explained:
            yield f"凭证{entry.pk}（{entry.key}）没有对应的业务记录。"


def _unbalanced() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, coalesce(sum(l.amount), 0), count(l.id) FROM ledger_entry e LEFT JOIN ledger_leg l ON l.entry_id = e.id"
            " GROUP BY e.id HAVING coalesce(sum(l.amount), 0) <> 0 OR count(l.id) < 2 ORDER BY e.id"
        )
        for entry_id, total, count in cursor.fetchall():
            yield f"凭证{entry_id}借贷不平：分录{count}条，合计{total}元。"


def _closed_balances() -> Iterator[str]:
    """Yield closed balances that are not the sum of the legs posted until then, and days whose balance is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH moved AS (SELECT l.account_id, e.posted_on, sum(l.amount) AS total FROM ledger_leg l JOIN ledger_entry e"
            " ON e.id = l.entry_id WHERE e.posted_on <= (SELECT max(through) FROM ledger_closing) GROUP BY 1, 2),"
            " sums AS (SELECT account_id, posted_on, sum(total) OVER (PARTITION BY account_id ORDER BY posted_on) AS balance FROM moved)"
            " SELECT coalesce(s.account_id, b.account_id), coalesce(s.posted_on, b.through), s.balance, b.balance"
            " FROM sums s FULL JOIN ledger_closedbalance b ON b.account_id = s.account_id AND b.through = s.posted_on"
            " WHERE s.balance IS DISTINCT FROM b.balance ORDER BY 1, 2"
        )
        wrong = cursor.fetchall()
    codes = dict(Account.objects.filter(pk__in=[row[0] for row in wrong]).values_list("pk", "code"))
    for account_id, through, summed, stored in wrong:
        yield f"账户{codes[account_id]}{through}日终余额为{stored}，按分录合计应为{summed}。"
