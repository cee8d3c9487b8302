"""The days a loan lives by: maturity, end of subsidy, the rates it carries, reminders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.dates import add_years
from common.errors import DomainError
from common.money import round_down


class MaturityTooLate(DomainError):
    """The contract runs longer than the plan allows."""

    code = "maturity_too_late"
    sentence = "到期日 {matures_on} 超过首次放款后 {years} 年的期限（最迟 {latest}），请调整到期日。"
    clause = "FP 1.4.1"


def latest_maturity(first_drawdown_on: date, *, max_term_years: int) -> date:
    """Return the last day a loan first drawn on that day may mature. Source: FP 1.4.1; D39."""
    return add_years(first_drawdown_on, max_term_years)


def require_maturity(*, matures_on: date, first_drawdown_on: date, max_term_years: int) -> None:
    """
    Refuse a maturity later than first drawdown plus the longest term.

    Raises:
        MaturityTooLate: with the last day possible.

    Source: FP 1.4.1; D39.
    """
    latest = latest_maturity(first_drawdown_on, max_term_years=max_term_years)
    if matures_on > latest:
        raise MaturityTooLate(matures_on=matures_on, years=max_term_years, latest=latest, field="matures_on")


def earning_end(*, matures_on: date, first_drawdown_on: date, max_term_years: int) -> date:
    """Return the first day that earns no subsidy any more: maturity or the longest term, whichever is earlier. Source: FP 1.4.1; D11."""
    return min(matures_on, latest_maturity(first_drawdown_on, max_term_years=max_term_years))


@dataclass(frozen=True, slots=True, kw_only=True)
class RateDecision:
    """One enacted return rate; ``running_loans_from`` is set where the decision says that it reaches running loans."""

    id: int
    rate: Decimal
    effective_on: date
    running_loans_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFrom:
    """The return rate of one loan from a day (included) on."""

    from_on: date
    rate: Decimal
    decision_id: int


def rates_of_loan(decisions: Sequence[RateDecision], *, first_drawdown_on: date) -> list[RateFrom]:
    """
    Return the loan's dated rates: the one in force at its first drawdown, and later ones only where their decision reaches running loans.

    Empty when no rate was in force that day. A later decision wins from its day on over an earlier one.

    Source: FP 1.4.2; D14.
    """
    rates: list[RateFrom] = []
    for decision in sorted(decisions, key=lambda each: each.effective_on):
        if decision.effective_on <= first_drawdown_on:
            rates = [RateFrom(from_on=first_drawdown_on, rate=decision.rate, decision_id=decision.id)]
        elif rates and decision.running_loans_from is not None:
            from_on = max(decision.running_loans_from, first_drawdown_on)
            rates = [each for each in rates if each.from_on < from_on]
            rates.append(RateFrom(from_on=from_on, rate=decision.rate, decision_id=decision.id))
    return rates


def deadline_stage(*, working_days_left: int, is_past: bool, reminders: Sequence[int]) -> int | None:
    """
    Return the latest reminder that applies: the number of working days it belongs to, 0 once the deadline is past, ``None`` before any.

    A run that was missed is caught up by the next: only the latest stage is named.

    Source: FP 1.6.3; D7.
    """
    if is_past:
        return 0
    return min((days for days in reminders if working_days_left <= days), default=None)


def contribution_of(amount: Decimal, *, government_share: Decimal) -> tuple[Decimal, Decimal]:
    """Return what government side and bank put up of a trust-mode drawdown, in yuan; the odd cent is the bank's. Source: FP 1.3; D35."""
    government = round_down(amount * government_share)
    return government, amount - government
