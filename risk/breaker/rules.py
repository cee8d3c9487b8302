"""Warning, circuit breaker and the cap of compensation, per bank; and how far a bank is from each."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from common.money import CENT, ZERO, floor_rate, round_down
from policy.terms.model import Terms
from risk.enums import BreakerState


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFigures:
    """
    One bank's figures in the fund, both modes together. Yuan, cumulative.

    ``disbursed``: all drawdowns. ``bad_debt``: principal recognised as bad. ``recovered``: what came back of it. ``compensated``: what
    guarantor, fee pool, city and county paid, net of what was returned to them.

    Source: FP 1.5.3; D19, D20.
    """

    disbursed: Decimal = ZERO
    bad_debt: Decimal = ZERO
    recovered: Decimal = ZERO
    compensated: Decimal = ZERO

    @property
    def net_bad_debt(self) -> Decimal:
        """Return bad debt minus recoveries, never below zero. Source: D19."""
        return max(self.bad_debt - self.recovered, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """Where a bank stands and what may still be paid to it. Yuan; ``rate`` has 6 places, rounded down, ``None`` without disbursement."""

    net_bad_debt: Decimal
    rate: Decimal | None
    state: BreakerState
    cap: Decimal
    cap_left: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """
    How far a bank is from warning and suspension. Yuan.

    ``to_warning`` and ``to_suspension``: bad debt that may still come without reaching it. ``if_overdue_fails`` and
    ``state_if_overdue_fails``: rate and state if all overdue principal not yet recognised went bad. ``recovery_to_reopen`` and
    ``disbursement_to_reopen``: what each alone would take to leave suspension; zero outside it. ``return_for_room`` and
    ``disbursement_for_room``: what each alone would take until the cap lets a cent through; zero while it does.

    Source: FP 1.5.3; D19.
    """

    to_warning: Decimal
    to_suspension: Decimal
    if_overdue_fails: Decimal | None
    state_if_overdue_fails: BreakerState
    recovery_to_reopen: Decimal
    disbursement_to_reopen: Decimal
    return_for_room: Decimal
    disbursement_for_room: Decimal


def breaker_state(terms: Terms, figures: BankFigures) -> BreakerState:
    """
    Return where a bank stands; the rate is compared exactly, not as it is shown.

    At the warning rate there is a warning (达到); at the breaker rate none yet is suspended (超过 means above).

    Source: FP 1.5.3; D19, D34.
    """
    if figures.disbursed <= 0:
        return BreakerState.NO_DATA
    if figures.net_bad_debt > figures.disbursed * terms.risk.breaker_rate:
        return BreakerState.SUSPENDED
    if figures.net_bad_debt >= figures.disbursed * terms.risk.warning_rate:
        return BreakerState.WARNING
    return BreakerState.NORMAL


def headroom(terms: Terms, figures: BankFigures) -> Headroom:
    """
    Return state, cap and what is left of it; nothing is left while compensation is suspended.

    Source: FP 1.5.3; D19, D20, D33, D34.
    """
    state = breaker_state(terms, figures)
    cap = round_down(figures.disbursed * terms.risk.compensation_cap_rate)
    left = ZERO if state == BreakerState.SUSPENDED else max(cap - figures.compensated, ZERO)
    return Headroom(
        net_bad_debt=figures.net_bad_debt,
        rate=floor_rate(figures.net_bad_debt, figures.disbursed),
        state=state,
        cap=cap,
        cap_left=left,
    )


def radar(terms: Terms, figures: BankFigures, *, overdue: Decimal) -> Radar:
    """
    Return how far a bank is from warning and suspension, and what would bring it back. ``overdue``: principal not yet recognised as bad.

    Source: FP 1.5.3; D19, D34.
    """
    failed = BankFigures(
        disbursed=figures.disbursed,
        bad_debt=figures.net_bad_debt + overdue,
        compensated=figures.compensated,
    )
    most_without_warning = _up_to_cent(figures.disbursed * terms.risk.warning_rate) - CENT
    most_without_suspension = round_down(figures.disbursed * terms.risk.breaker_rate)
    excess = max(figures.net_bad_debt - most_without_suspension, ZERO)
    is_suspended = breaker_state(terms, figures) == BreakerState.SUSPENDED
    next_cent = figures.compensated + CENT
    return Radar(
        to_warning=max(most_without_warning - figures.net_bad_debt, ZERO),
        to_suspension=max(most_without_suspension - figures.net_bad_debt, ZERO),
        if_overdue_fails=floor_rate(failed.net_bad_debt, failed.disbursed),
        state_if_overdue_fails=breaker_state(terms, failed),
        recovery_to_reopen=excess if is_suspended else ZERO,
        disbursement_to_reopen=_further(figures, figures.net_bad_debt, terms.risk.breaker_rate) if is_suspended else ZERO,
        return_for_room=max(next_cent - round_down(figures.disbursed * terms.risk.compensation_cap_rate), ZERO),
        disbursement_for_room=_further(figures, next_cent, terms.risk.compensation_cap_rate),
    )


def _further(figures: BankFigures, amount: Decimal, rate: Decimal) -> Decimal:
    """Return the least further disbursement of which, with what was disbursed, the rate gives the amount; zero where it does already."""
    if not rate:
        return ZERO
    needed = Fraction(amount) / Fraction(rate) - Fraction(figures.disbursed)
    return max(-(-needed * 100 // 1) * CENT + ZERO, ZERO)


def _up_to_cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_CEILING)
