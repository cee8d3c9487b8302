"""The response rate: who got an answer in time, how fast, in which place, and what is still possible."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from common.money import floor_rate
from policy.terms.model import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRate:
    """Enterprises in time over enterprises whose days are over. ``rate`` and ``meets_threshold`` are ``None`` without any."""

    numerator: int
    denominator: int
    rate: Decimal | None  # fraction, 6 places, rounded down
    meets_threshold: bool | None
    pending: int = 0  # days not over: counted nowhere


def response_rate(terms: Terms, working_days: Sequence[int | None], *, pending: int = 0) -> ResponseRate:
    """
    Return the response rate of a year.

    ``working_days`` holds, per enterprise whose days are over, the working days until conditions for disbursement were met, ``None`` if
    they never were (refused).

    Source: FP 2.2.1; D7, D8.
    """
    limit = terms.response.working_days
    in_time = sum(1 for days in working_days if days is not None and days <= limit)
    return response_of(in_time, len(working_days), threshold_rate=terms.response.threshold_rate, pending=pending)


def response_of(in_time: int, matured: int, *, threshold_rate: Decimal, pending: int = 0) -> ResponseRate:
    """
    Return the response rate of counts, e.g. of small enterprises with ``terms.response.sme_threshold_rate``.

    The threshold is held against the counts, not against the rounded rate; nothing matured is never a failure.

    Source: FP 2.2.1, FP 2.2.2; D8.
    """
    return ResponseRate(
        numerator=in_time,
        denominator=matured,
        rate=floor_rate(in_time, matured),
        meets_threshold=is_at_least(in_time, matured, threshold=threshold_rate),
        pending=pending,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """
    Enterprises of one cell, each once: how they count now and how they still may.

    ``submitted`` holds all that count or will, unless their enterprise withdraws in time; ``best`` those of them that are in time or still
    can be, ``sure`` those that are, whether their days are over or not.
    """

    in_time: int = 0
    matured: int = 0
    pending: int = 0
    best: int = 0
    sure: int = 0
    submitted: int = 0

    @property
    def rate(self) -> Decimal | None:
        """Return the rate as it stands, ``None`` while nothing is over. Source: FP 2.2.1; D8."""
        return floor_rate(self.in_time, self.matured)

    @property
    def best_rate(self) -> Decimal | None:
        """Return the highest rate still possible over what is submitted: every open application in time. Source: FP 1.6.5."""
        return floor_rate(self.best, self.submitted)

    @property
    def worst_rate(self) -> Decimal | None:
        """Return the lowest rate still possible over what is submitted: no open application in time. Source: FP 1.6.5."""
        return floor_rate(self.sure, self.submitted)

    def if_met(self, *, counts_already: bool, succeeded_already: bool) -> Decimal | None:
        """
        Return the rate if one more application reached conditions in time and nothing else happened.

        ``counts_already``: its enterprise is in the denominator by another application; ``succeeded_already``: in the numerator, too.

        Source: FP 1.6.5; D8.
        """
        return floor_rate(self.in_time + (not succeeded_already), self.matured + (not counts_already))


def is_at_least(numerator: int, denominator: int, *, threshold: Decimal) -> bool | None:
    """Return whether a rate keeps the threshold, by whole numbers; ``None`` without a denominator. Source: FP 2.2.1; D8."""
    if not denominator:
        return None
    least, of = threshold.as_integer_ratio()
    return numerator * of >= least * denominator


def percentile(days: Mapping[int, int], *, hundredths: int) -> int | None:
    """
    Return the least number of days within which so many hundredths of the cases lie; ``days`` holds the number of cases per days.

    The value of one of the cases (nearest rank), never between two; ``None`` without a case.

    Source: FP 1.6.5; D42.
    """
    total, seen = sum(days.values()), 0
    for value in sorted(days):
        seen += days[value]
        if seen * 100 >= hundredths * total:
            return value
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Efficiency:
    """Working days of the applications that got there: how many, their sum, median and 90th percentile. Source: FP 1.6.5; D42."""

    cases: int = 0
    days: int = 0
    median: int | None = None
    ninetieth: int | None = None


def efficiency(days: Mapping[int, int]) -> Efficiency:
    """Return the efficiency over the number of cases per working days. Source: FP 1.6.5; D42."""
    return Efficiency(
        cases=sum(days.values()),
        days=sum(value * count for value, count in days.items()),
        median=percentile(days, hundredths=50),
        ninetieth=percentile(days, hundredths=90),
    )


K = TypeVar("K", bound=Hashable)


def ranks(counts: Mapping[K, tuple[int, int]]) -> dict[K, int]:
    """
    Return the place of each by its rate (numerator, denominator), the highest first; equal rates share a place.

    Who has no denominator has no place.

    Compared as whole numbers, so that rounding makes no tie.

    Source: FP 1.6.5; D8.
    """
    exact = {key: Fraction(*pair) for key, pair in counts.items() if pair[1]}
    return {key: 1 + sum(other > own for other in exact.values()) for key, own in exact.items()}
