"""A back-dated repayment on a five-year loan beside one on a month-old loan, among few loans and among many."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from statistics import median
from zoneinfo import ZoneInfo

from django.db import connection

from benchmarks.database import scratch, use
from benchmarks.measure import Result, alternate, at_most, seconds
from benchmarks.portfolio import Kind, World, add_loans, world
from loans.models import Loan
from loans.movement_steps import NewMovement
from loans.services.movements.record import record_repayments

TODAY = date(2028, 12, 15)
AT = datetime(2028, 12, 15, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
FEW, CALLS = 100, 40
DRAWN_AND_REPAID = ((0, 6_000_000), (5, 4_000_000), (10, -1_000_000), (25, -500_000))
EVERY_QUARTER = ((0, 10_000_000), *((91 * quarter, -100_000) for quarter in range(1, 20)))
MONTH_OLD = Kind(drawn_on=TODAY - timedelta(days=31), movements=DRAWN_AND_REPAID)
FIVE_YEARS_OLD = Kind(drawn_on=date(2024, 1, 10), movements=DRAWN_AND_REPAID)
REPAID_QUARTERLY = Kind(drawn_on=date(2024, 1, 10), movements=EVERY_QUARTER)
_references = count(1)


class Repaying:
    """The step that records one back-dated repayment on each loan of a database, one call after the other."""

    def __init__(self, database: str, here: World, loans: Sequence[Loan], kind: Kind) -> None:
        self.database, self.here, self.loans = database, here, loans
        self.value_on = kind.drawn_on + timedelta(days=12)

    def prepare(self) -> None:
        """Lead the connection to the database, with its first statement behind it."""
        use(self.database)
        connection.ensure_connection()

    def __call__(self) -> None:
        for loan in self.loans:
            reference = f"补{next(_references)}"
            new = NewMovement(
                loan_id=loan.public_id, amount=Decimal("1000.00"), value_on=self.value_on, bank_reference=reference, reason="银行补报"
            )
            record_repayments([new], actor=self.here.program, at=AT)


@dataclass(frozen=True, slots=True)
class Place:
    """The steps on the loans of one database: a month old, five years old, five years old and repaid each quarter."""

    month: Repaying
    years: Repaying
    quarterly: Repaying


def measure(options: Namespace) -> Iterator[Result]:
    """Yield old beside young loans, in a small and in a large table, and the large table beside the small one."""
    with ExitStack() as stack:
        few, many = (_loaded(stack, name, loans) for name, loans in (("few", FEW), ("many", options.many)))
        for place, loans in ((few, FEW), (many, options.many)):
            among = f"back-dated repayment among {loans:,} loans"
            yield _compared(f"{among}: on a 5-year loan, on a 1-month loan", place.years, place.month, options.rounds)
            yield _compared(f"{among}: on a 5-year loan repaid 19 times, on a 1-month loan", place.quarterly, place.month, options.rounds)
        name = f"back-dated repayment on a 5-year loan: among {options.many:,} loans, among {FEW:,}"
        yield _compared(name, many.years, few.years, options.rounds)


def _loaded(stack: ExitStack, name: str, loans: int) -> Place:
    """Return the steps on a new database with so many loans, dropped with the stack."""
    database = stack.enter_context(scratch(f"back_dating_{name}"))
    here = world()
    month, years, quarterly = (_repaying(database, here, kind) for kind in (MONTH_OLD, FIVE_YEARS_OLD, REPAID_QUARTERLY))
    add_loans(here, loans, FIVE_YEARS_OLD)
    return Place(month, years, quarterly)


def _repaying(database: str, here: World, kind: Kind) -> Repaying:
    keys = add_loans(here, CALLS, kind)
    return Repaying(database, here, list(Loan.objects.filter(pk__in=keys).order_by("pk")), kind)


def _compared(name: str, ours: Repaying, beside: Repaying, rounds: int) -> Result:
    """Return the line of one call; a step makes many."""
    taken = alternate(rounds=rounds, ours=ours, beside=beside, before=lambda step: step.prepare(), label=name)  # type: ignore[attr-defined]
    times = (seconds(median(side) / CALLS) for side in (taken.ours, taken.beside))
    return Result(name=name, ours=next(times), beside=next(times), ratio=taken.time_ratio, bar=at_most(1.2))
