"""
Balances and statements of an account, in books of a hundred times as many legs beside small books; both with their days closed.

All legs lie on two accounts. Their number grows in the days before the last month; the last month has the same few entries a day in both
books, so that its statements have the same lines and differ only by the history they stand on.
"""

import random
from argparse import Namespace
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from benchmarks.database import scratch, settle, triggers_at_rest, use, using
from benchmarks.measure import Result, Step, alternate, at_most, say
from common.dates import Period
from ledger.closing import close_days
from ledger.enums import Purpose
from ledger.models import Account
from ledger.selectors import balance_of, statement
from ledger.services import account_of
from tests.factories import InstitutionFactory

BEGIN = date(2024, 1, 1)
DAYS = 500
SMALL, BIG = 10_000, 1_000_000
MONTH, A_DAY, WEEK = 30, 10, 7  # days of the last month, its entries a day, days of a statement
QUESTIONS, STATEMENTS = 200, 60
_LOAD = """
CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
SELECT n, CASE
    WHEN n <= %(history)s THEN %(begin)s::date + (n * %(days)s::bigint / (%(history)s + 1))::int
    ELSE %(begin)s::date + %(days)s + ((n - %(history)s - 1) / %(a_day)s)::int
END AS day FROM generate_series(1, %(history)s + %(month)s * %(a_day)s) AS n;
INSERT INTO ledger_entry (id, key, kind, value_on, posted_on, description, clause, object_type, object_id)
SELECT n, 'bench:' || n, 'subsidy_payment', day, day, '', 'FP 1.6.4', 'bench', n::text FROM numbered ORDER BY numbered.n;
INSERT INTO ledger_leg (entry_id, position, account_id, amount)
SELECT n, position, CASE position WHEN 1 THEN %(one)s ELSE %(other)s END, CASE position WHEN 1 THEN -1 ELSE 1 END
FROM numbered, generate_series(1, 2) AS position ORDER BY numbered.n, position;
SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), %(history)s + %(month)s * %(a_day)s);
"""


def measure(options: Namespace) -> Iterator[Result]:
    """Yield balances on days at random and now, and a week's statement with its opening and closing balance."""
    with scratch("balances_small") as small, scratch("balances_big") as big:
        accounts = {}
        for name, legs in ((small, SMALL), (big, BIG)):
            say(f"loading {legs:,} legs")
            with using(name):
                accounts[name] = _books(legs)
        for what, asking in ASKED:
            steps = {name: asking(accounts[name]) for name in (small, big)}
            where = {step: name for name, step in steps.items()}
            taken = alternate(
                rounds=options.rounds,
                ours=steps[big],
                beside=steps[small],
                before=lambda step, where=where: _turn_to(where[step]),
                label=what,
            )
            yield taken.times(f"{what}: {BIG:,} legs, {SMALL:,} legs", bar=at_most(1.2))


def _books(legs: int) -> Account:
    """Fill the books with entries of two legs each, spread over the days, close the days, and return an account."""
    one, other = (account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2))
    sizes = {"history": legs // 2 - MONTH * A_DAY, "begin": BEGIN, "days": DAYS, "month": MONTH, "a_day": A_DAY}
    with triggers_at_rest(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOAD, sizes | {"one": one.pk, "other": other.pk})
    close_days(at=datetime.combine(BEGIN + timedelta(days=DAYS + MONTH + 1), datetime.min.time(), tzinfo=ZoneInfo("Asia/Shanghai")))
    settle()
    return other


def _turn_to(name: str) -> None:
    use(name)
    connection.ensure_connection()


def _balances_on_any_day(account: Account) -> Step:
    def step() -> None:
        chance = random.Random(7)
        for _ in range(QUESTIONS):
            balance_of(account, on=BEGIN + timedelta(days=chance.randrange(DAYS)))

    return step


def _balances_now(account: Account) -> Step:
    def step() -> None:
        for _ in range(QUESTIONS):
            balance_of(account)

    return step


def _statements(account: Account) -> Step:
    def step() -> None:
        chance = random.Random(7)
        for _ in range(STATEMENTS):
            begin = BEGIN + timedelta(days=DAYS + chance.randrange(MONTH - WEEK))
            found = statement(account, Period(begin, begin + timedelta(days=WEEK)))
            assert len(found.lines) == WEEK * A_DAY

    return step


ASKED = (
    ("balance on any day", _balances_on_any_day),
    ("balance now", _balances_now),
    (f"a week's statement of {WEEK * A_DAY} lines", _statements),
)
