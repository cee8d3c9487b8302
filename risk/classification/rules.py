"""Which of the five classes a loan's overdue days suggest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.money import ZERO
from policy.terms.model import Terms
from risk.enums import Grade


@dataclass(frozen=True, slots=True)
class OverdueChange:
    """How much more (or, below zero, less) principal is overdue from a day on. Yuan."""

    on: date
    amount: Decimal


def overdue_since(changes: Sequence[OverdueChange], *, on: date) -> date | None:
    """
    Return the day since which principal has been overdue without a break, ``None`` if none is overdue at the end of ``on``.

    Source: FP 1.5.3; D11, D19.
    """
    sums: dict[date, Decimal] = {}
    for change in changes:
        if change.on <= on:
            sums[change.on] = sums.get(change.on, ZERO) + change.amount
    since, overdue = None, ZERO
    for day in sorted(sums):
        overdue += sums[day]
        if overdue <= 0:
            since = None
        elif since is None:
            since = day
    return since


def overdue_days(changes: Sequence[OverdueChange], *, on: date) -> int:
    """Return for how many days principal has been overdue without a break; the day it became so is day 1. Source: FP 1.5.3; D19."""
    since = overdue_since(changes, on=on)
    return 0 if since is None else (on - since).days + 1


def suggested_grade(terms: Terms, days: int) -> Grade:
    """
    Return the best class that so many overdue days allow; the bank may decide on a worse one.

    Source: FP 1.5.3; D19.
    """
    bounds = terms.risk.classification
    table = (
        (bounds.loss_days, Grade.LOSS),
        (bounds.doubtful_days, Grade.DOUBTFUL),
        (bounds.substandard_days, Grade.SUBSTANDARD),
        (bounds.special_mention_days, Grade.SPECIAL_MENTION),
    )
    return next((grade for reached, grade in table if days >= reached), Grade.NORMAL)


def is_worse(one: Grade | str, other: Grade | str) -> bool:
    """Return whether one class is worse than the other. Source: FP 1.5.3; D19."""
    order = list(Grade)
    return order.index(Grade(one)) > order.index(Grade(other))
