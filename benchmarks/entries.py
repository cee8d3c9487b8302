"""Ledger entries one by one, beside another double-entry library; sets of entries, beside plain inserts without triggers."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import count

from django.conf import settings
from django.db import connection, models, transaction

from benchmarks.database import scratch
from benchmarks.measure import Result, Step, alternate, at_least, say
from ledger.enums import EntryKind, Purpose
from ledger.models import Account
from ledger.services import NewEntry, NewLeg, account_of, post
from tests.factories import InstitutionFactory

DAY = date(2024, 6, 21)
AMOUNT = Decimal("1234.56")
SET = 1_000  # entries of one call
SHORTER = 5
_numbers = count(1)

# The same columns, keys, checks, foreign keys and indexes; no triggers.
_TABLES = """
CREATE TABLE bench_entry (LIKE ledger_entry INCLUDING ALL);
ALTER TABLE bench_entry ADD FOREIGN KEY (reverses_id) REFERENCES bench_entry DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE bench_leg (LIKE ledger_leg INCLUDING ALL);
ALTER TABLE bench_leg ADD FOREIGN KEY (entry_id) REFERENCES bench_entry DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE bench_leg ADD FOREIGN KEY (account_id) REFERENCES ledger_account DEFERRABLE INITIALLY DEFERRED;
"""


def measure(options: Namespace) -> Iterator[Result]:
    """Yield single entries, then sets of them."""
    with scratch("entries"):
        accounts = [account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2)]
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
        if getattr(settings, "HAS_HORDAK", False):
            yield from _single(accounts, options)
        else:
            say("django-hordak is not installed: single entries are not measured (make bench installs it)")
        sets = -(-options.entries * 5 // SET)
        ours = _in_sets(accounts, sets)
        for what, beside in (("bulk_create", _bulk_create(accounts, sets)), ("one INSERT of arrays per table", _arrays(accounts, sets))):
            taken = alternate(rounds=options.rounds, ours=ours, beside=beside, label=f"sets beside {what}")
            name = f"ledger entries, {SET:,} per call: post, {what} without triggers"
            yield taken.rates(name, count=sets * SET, bar=at_least(0.5))


def _single(accounts: Sequence[Account], options: Namespace) -> Iterator[Result]:
    """Yield entries of one call each, with commits that wait for the disk and, to see past it, with commits that do not."""
    some = -(-options.entries // SHORTER)  # many short turns: the machine's other load comes and goes within a second
    ours, beside = _singly(accounts, some), _hordak(some)
    for wait, remark in (("on", ""), ("off", ", commits not waiting for the disk")):
        with connection.cursor() as cursor:
            cursor.execute(f"SET synchronous_commit = {wait}")
        taken = alternate(rounds=options.rounds * SHORTER, ours=ours, beside=beside, label=f"single entries{remark}")
        yield taken.rates(f"ledger entries, one per call{remark}: post, django-hordak transfer_to", count=some, bar=at_least(2))
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")


def _new(accounts: Sequence[Account]) -> NewEntry:
    """Return an entry with two legs, never asked for before."""
    number = next(_numbers)
    return NewEntry(
        key=f"subsidy.payment:{number}",
        kind=EntryKind.SUBSIDY_PAYMENT,
        value_on=DAY,
        posted_on=DAY,
        description=f"拨付第{number}笔贴息",
        clause="FP 1.6.4",
        object_type="subsidy.payment",
        object_id=str(number),
        legs=[NewLeg(account_id=accounts[0].pk, amount=-AMOUNT), NewLeg(account_id=accounts[1].pk, amount=AMOUNT)],
    )


def _singly(accounts: Sequence[Account], entries: int) -> Step:
    def step() -> None:
        for _ in range(entries):
            post([_new(accounts)])

    return step


def _hordak(entries: int) -> Step:
    """Return the step that books as many transfers between two accounts of the other library, each its own transaction."""
    from hordak.models import Account as Other  # noqa: PLC0415  (installed for the benchmarks only)
    from moneyed import Money  # noqa: PLC0415

    paid, receiving = (Other.objects.create(name=f"账户{n}", code=str(n), type="AS", currencies=["CNY"]) for n in (1, 2))

    def step() -> None:
        for _ in range(entries):
            with transaction.atomic():
                paid.transfer_to(receiving, Money(AMOUNT, "CNY"), description=f"拨付第{next(_numbers)}笔贴息", date=DAY)

    return step


def _in_sets(accounts: Sequence[Account], sets: int) -> Step:
    def step() -> None:
        for _ in range(sets):
            post([_new(accounts) for _ in range(SET)])

    return step


class PlainEntry(models.Model):
    """An entry's columns in the table without triggers."""

    key = models.TextField()
    kind = models.TextField()
    value_on = models.DateField()
    posted_on = models.DateField()
    description = models.TextField()
    clause = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = "bench_entry"


class PlainLeg(models.Model):
    """A leg's columns in the table without triggers."""

    entry = models.ForeignKey(PlainEntry, models.PROTECT)
    position = models.SmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT)
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = "bench_leg"


_ENTRY_COLUMNS = ("key", "kind", "value_on", "posted_on", "description", "clause", "object_type", "object_id")


def _bulk_create(accounts: Sequence[Account], sets: int) -> Step:
    """Return the step that writes the same entries with the framework's own bulk insert, each set one transaction."""

    def step() -> None:
        for _ in range(sets):
            asked = [_new(accounts) for _ in range(SET)]
            with transaction.atomic():
                rows = PlainEntry.objects.bulk_create(
                    [PlainEntry(**{name: getattr(new, name) for name in _ENTRY_COLUMNS}) for new in asked]
                )
                PlainLeg.objects.bulk_create(
                    PlainLeg(entry=row, position=at, account_id=leg.account_id, amount=leg.amount)
                    for row, new in zip(rows, asked, strict=True)
                    for at, leg in enumerate(new.legs, 1)
                )

    return step


_INSERT_ENTRIES = f"""
INSERT INTO bench_entry ({", ".join(_ENTRY_COLUMNS)})
SELECT * FROM unnest(%s::text[], %s::text[], %s::date[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[]) RETURNING id
"""
_INSERT_LEGS = """
INSERT INTO bench_leg (entry_id, position, account_id, amount)
SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::numeric[])
"""


def _arrays(accounts: Sequence[Account], sets: int) -> Step:
    """Return the step that writes the same entries by two statements of arrays, the fastest plain way there is but COPY."""

    def step() -> None:
        for _ in range(sets):
            asked = [_new(accounts) for _ in range(SET)]
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_INSERT_ENTRIES, [[getattr(new, name) for new in asked] for name in _ENTRY_COLUMNS])
                keys = [key for (key,) in cursor.fetchall()]
                legs = [(key, at, leg) for key, new in zip(keys, asked, strict=True) for at, leg in enumerate(new.legs, 1)]
                columns = zip(*((key, at, leg.account_id, leg.amount) for key, at, leg in legs), strict=True)
                cursor.execute(_INSERT_LEGS, [list(column) for column in columns])

    return step
