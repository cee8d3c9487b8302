"""Bars that show how near a bank is to warning, suspension and the end of its cap; drawn by our own style sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.admin.display_values import Badge, percent
from policy.terms.model import Terms
from risk.breaker.selectors import BankStanding
from risk.enums import BreakerState

TONES = {
    BreakerState.NO_DATA: "plain",
    BreakerState.NORMAL: "good",
    BreakerState.WARNING: "warn",
    BreakerState.SUSPENDED: "bad",
}
ROOM = Decimal("1.2")  # what is left free at the right of the longest bar
WHOLE = Decimal(100)


def state_badge(state: str) -> Badge:
    """Return a state of the breaker as people see it."""
    known = BreakerState(state)
    return Badge(known.label, TONES[known])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line across the bar: where it stands (per cent of the bar) and what it says."""

    at: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One bar: how much is filled, how much more would be, in per cent of its length; the marks; what it says to who cannot see it."""

    filled: str
    more: str
    tone: str
    marks: Sequence[Mark]
    says: str


def scale_of(found: Iterable[BankStanding], terms: Terms) -> Decimal:
    """Return the rate at the right end of the bars, one for all banks, so that they can be compared."""
    rates = [rate for one in found for rate in (one.headroom.rate, one.radar.if_overdue_fails) if rate is not None]
    return max([terms.risk.breaker_rate, *rates]) * ROOM


def rate_gauge(standing: BankStanding, terms: Terms, *, scale: Decimal) -> Gauge:
    """Return the bar of the bad-debt rate, with what the overdue principal would add, and the two limits. Source: FP 1.5.3; D19."""
    rate = standing.headroom.rate or Decimal(0)
    failed = max(standing.radar.if_overdue_fails or rate, rate)
    limits = ((terms.risk.warning_rate, "警示"), (terms.risk.breaker_rate, "熔断"))
    return Gauge(
        filled=_share(rate, scale),
        more=_share(failed - rate, scale),
        tone=TONES[standing.headroom.state],
        marks=[Mark(at=_share(limit, scale), label=f"{word} {_short(limit)}") for limit, word in limits],
        says=f"坏账率{percent(rate)}，逾期本金全部转为坏账后{percent(failed)}",
    )


def cap_gauge(standing: BankStanding) -> Gauge:
    """Return the bar of the compensation cap: how much of it is used. Source: FP 1.5.3; D20."""
    used, cap = standing.figures.compensated, standing.headroom.cap
    share = _share(min(used, cap), cap) if cap > 0 else "0"
    tone = "bad" if cap > 0 and used >= cap else "busy"
    return Gauge(filled=share, more="0", tone=tone, marks=(), says=f"已使用补偿上限的{share}%")


def _share(part: Decimal, whole: Decimal) -> str:
    return f"{part * WHOLE / whole:.2f}"


def _short(rate: Decimal) -> str:
    return f"{(rate * WHOLE).normalize():f}%"
