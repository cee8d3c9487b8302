"""How long each step of the plan really took in a year, over the whole fund; from the books, told of nobody in particular."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from loans.models import Application, Loan
from policy.selectors.calendar import working_calendar
from reporting.durations.rules import FEWEST_BANKS, Spread, spread
from whitelist.enums import APPLIED_ROUTES
from whitelist.models import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """One step: from what to what, its clause, and the working days it took; ``taken`` is ``None`` where too few cases ended."""

    name: str
    clause: str
    taken: Spread | None


def steps_taken(year: int) -> list[StepTaken]:
    """
    Return the working days of each step that ended in a year, in the order of the way. One query a step.

    Source: FP 1.6.1(1), FP 1.6.3, FP 1.6.5; D6, D7.
    """
    applied = Entry.objects.filter(route__in=APPLIED_ROUTES)
    return [
        _step("提交白名单申请 → 市级审核通过", "FP 1.6.1(1)", applied, "submitted_on", "decided_on", year),
        _step("市级审核通过 → 发布白名单", "FP 1.6.1(1)", applied, "decided_on", "published_on", year),
        _lent("提交融资申请 → 银行批复或不予批复", Application.objects.all(), "submitted_on", "decided_on", year),
        _lent("银行批复 → 达到放款条件", Application.objects.all(), "decided_on", "conditions_met_on", year),
        _lent("签订合同 → 首次放款", Loan.objects.all(), "signed_on", "first_drawdown_on", year),
    ]


@lru_cache(maxsize=4)
def steps_taken_by(hour: datetime, year: int) -> tuple[StepTaken, ...]:
    """Return the same as when first asked in an hour: a process reads thousands of days once, and a year that is over hardly moves."""
    return tuple(steps_taken(year))


def _step(name: str, clause: str, cases: QuerySet[Any], begun: str, ended: str, year: int) -> StepTaken:
    return StepTaken(name=name, clause=clause, taken=spread(_working_days(_ended(cases, begun, ended, year).values_list(begun, ended))))


def _lent(name: str, cases: QuerySet[Any], begun: str, ended: str, year: int) -> StepTaken:
    """Return a step of the banks; of too few banks nothing is told, since who knows its own days would know the other's."""
    rows = list(_ended(cases, begun, ended, year).values_list(begun, ended, "bank"))
    enough = len({bank for _, _, bank in rows}) >= FEWEST_BANKS
    taken = spread(_working_days((on, until) for on, until, _ in rows)) if enough else None
    return StepTaken(name=name, clause="FP 1.6.3", taken=taken)


def _ended(cases: QuerySet[Any], begun: str, ended: str, year: int) -> QuerySet[Any]:
    return cases.filter(**{f"{begun}__isnull": False, f"{ended}__year": year}).order_by()


def _working_days(periods: Iterable[tuple[date, date]]) -> list[int]:
    calendar = working_calendar()
    return [calendar.elapsed(begun, ended) for begun, ended in periods if begun <= ended]
