"""The response rate: who got an answer in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

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
        meets_threshold=in_time >= threshold_rate * matured if matured else None,
        pending=pending,
    )
