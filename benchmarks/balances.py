"""The balance of an account on any day, in books of a hundred times as many legs, beside small books; both with their days closed."""

import random
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from benchmarks.database import scratch, settle, triggers_at_rest, use, using
from benchmarks.measure import Result, Step, alternate, at_most, say
from ledger.closing import close_days
from ledger.enums import Purpose
from ledger.models import Account
from ledger.selectors import balance_of
from ledger.services import account_of
from tests.factories import InstitutionFactory

BEGIN = date(2024, 1, 1)
DAYS = 500
SMALL, BIG = 10_000, 1_000_000
QUESTIONS = 200
_LOAD = """
INSERT INTO ledger_entry (id, key, kind, value_on, posted_on, description, clause, object_type, object_id)
SELECT n, 'bench:' || n, 'subsidy_payment', day, day, '', 'FP 1.6.4', 'bench', n::text
FROM (SELECT n, %s::date + (n * %s / (%s + 1))::int AS day FROM generate_series(1, %s) AS n) AS numbered;
INSERT INTO ledger_leg (entry_id, position, account_id, amount)
SELECT n, position, CASE position WHEN 1 THEN %s ELSE %s END, CASE position WHEN 1 THEN -1 ELSE 1 END
FROM generate_series(1, %s) AS n, generate_series(1, 2) AS position;
SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), %s);
"""


def measure(options: Namespace) -> Iterator[Result]:
    """Yield balances on days at random, as a statement's opening and closing balance, and the balance now."""
    with scratch("balances_small") as small, scratch("balances_big") as big:
        accounts = {}
        for name, legs in ((small, SMALL), (big, BIG)):
            say(f"loading {legs:,} legs")
            with using(name):
                accounts[name] = _books(legs)
        for what, ask in (("on any day", _on_any_day), ("now", _now)):
            steps = {name: _asking(accounts[name], ask) for name in (small, big)}
            where = {step: name for name, step in steps.items()}
            taken = alternate(
                rounds=options.rounds,
                ours=steps[big],
                beside=steps[small],
                before=lambda step, where=where: _turn_to(where[step]),
                label=what,
            )
            yield taken.times(f"balance {what}: {BIG:,} legs, {SMALL:,} legs", bar=at_most(1.2))


def _books(legs: int) -> Account:
    """Fill the books with entries of two legs each, spread over the days, close the days, and return an account."""
    one, other = (account_of(InstitutionFactory(), Purpose.CURRENT) for _ in range(2))
    entries = legs // 2
    with triggers_at_rest(), connection.cursor() as cursor:
        cursor.execute(_LOAD, [BEGIN, DAYS, entries, entries, one.pk, other.pk, entries, entries])
    close_days(at=datetime.combine(BEGIN + timedelta(days=DAYS + 1), datetime.min.time(), tzinfo=ZoneInfo("Asia/Shanghai")))
    settle()
    return other


def _turn_to(name: str) -> None:
    use(name)
    connection.ensure_connection()


def _asking(account: Account, ask: Callable[[Account, date], object]) -> Step:
    def step() -> None:
        chance = random.Random(7)
        for _ in range(QUESTIONS):
            ask(account, BEGIN + timedelta(days=chance.randrange(DAYS)))

    return step


def _on_any_day(account: Account, day: date) -> object:
    return balance_of(account, on=day)


def _now(account: Account, day: date) -> object:
    return balance_of(account)
