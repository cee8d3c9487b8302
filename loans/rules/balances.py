"""A loan's balance as the sum of dated changes, and which change may still be put among them."""

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from common.errors import DomainError
from common.money import ZERO, display
from loans.enums import LoanStage, MovementKind


class BalanceBelowZero(DomainError):
    """With this movement a part of the principal would be negative on some day."""

    code = "balance_below_zero"
    sentence = "登记后，该笔贷款 {day} 日终{part}将为负数（{amount} 元），请核对金额和日期，必要时先冲正其后的登记。"
    clause = "FP 1.6.3"


class DrawnOverContract(DomainError):
    """More would be drawn than the contract gives."""

    code = "drawn_over_contract"
    sentence = "本次放款 {amount} 元超过合同尚可提款的 {left} 元，请减少金额。"
    clause = "FP 1.6.3"


class NotYetDrawn(DomainError):
    """A movement of principal dated before any principal was there."""

    code = "not_yet_drawn"
    sentence = "{day} 该笔贷款尚无本金余额，不能登记{kind}，请核对日期。"
    clause = "FP 1.6.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Principal at the end of a day, in yuan: what performs, what is overdue, and what was drawn so far net of reversals."""

    performing: Decimal = ZERO
    overdue: Decimal = ZERO
    drawn: Decimal = ZERO

    @property
    def outstanding(self) -> Decimal:
        """Return all principal not yet repaid, in yuan."""
        return self.performing + self.overdue

    @property
    def repaid(self) -> Decimal:
        """Return the principal repaid so far, in yuan."""
        return self.drawn - self.outstanding

    def __add__(self, other: "Balance | Change") -> "Balance":
        return Balance(performing=self.performing + other.performing, overdue=self.overdue + other.overdue, drawn=self.drawn + other.drawn)


EMPTY = Balance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one movement does to the balance from the end of ``value_on`` on: signed yuan."""

    value_on: date
    performing: Decimal = ZERO
    overdue: Decimal = ZERO
    drawn: Decimal = ZERO

    @property
    def outstanding(self) -> Decimal:
        """Return by how much the principal not yet repaid changes, in yuan."""
        return self.performing + self.overdue


def change_of(kind: MovementKind | str, *, amount: Decimal, value_on: date, balance: Balance) -> Change:
    """
    Return what a movement of so many yuan does to a loan whose balance on ``value_on`` is ``balance``.

    A repayment settles overdue principal first; turning overdue and curing leave the outstanding principal as it is. A reversal
    has no amount of its own: see ``reversed_change``.

    Raises:
        NotYetDrawn: nothing is outstanding that day, so there is nothing to repay or to turn.

    Source: FP 1.6.3; D11.
    """
    if kind == MovementKind.DRAWDOWN:
        return Change(value_on=value_on, performing=amount, drawn=amount)
    if balance.outstanding <= 0:
        raise NotYetDrawn(day=value_on, kind=MovementKind(kind).label, field="value_on")
    if kind == MovementKind.OVERDUE:
        return Change(value_on=value_on, performing=-amount, overdue=amount)
    if kind == MovementKind.CURE:
        return Change(value_on=value_on, performing=amount, overdue=-amount)
    if kind == MovementKind.REPAYMENT:
        overdue = min(amount, balance.overdue)
        return Change(value_on=value_on, performing=overdue - amount, overdue=-overdue)
    raise ValueError(f"{kind} has no change of its own")


def reversed_change(change: Change) -> Change:
    """Return what takes a movement back, on its own value date. Source: FP 1.6.3."""
    return Change(value_on=change.value_on, performing=-change.performing, overdue=-change.overdue, drawn=-change.drawn)


@dataclass(slots=True)
class RunningBalance:
    """
    The balances of one loan over all its days; sums count at the end of the day, so the order within a day does not matter.

    ``contract_amount`` bounds what may be drawn, in yuan. ``insert`` keeps the account or refuses and leaves it as it was.
    """

    contract_amount: Decimal
    changes: list[Change] = field(default_factory=list)

    @classmethod
    def over(cls, changes: Iterable[Change], *, contract_amount: Decimal) -> "RunningBalance":
        """Return the account of the changes so far, in any order."""
        return cls(contract_amount=contract_amount, changes=sorted(changes, key=_day))

    def on(self, day: date) -> Balance:
        """Return the balance at the end of the day."""
        balance = EMPTY
        for change in self.changes[: bisect_right(self.changes, day, key=_day)]:
            balance += change
        return balance

    @property
    def now(self) -> Balance:
        """Return the balance after every change."""
        balance = EMPTY
        for change in self.changes:
            balance += change
        return balance

    @property
    def first_drawdown_on(self) -> date | None:
        """Return the day on which the first principal was drawn that no reversal took back, ``None`` if there is none."""
        drawn_by_day: dict[date, Decimal] = {}
        for change in self.changes:
            drawn_by_day[change.value_on] = drawn_by_day.get(change.value_on, ZERO) + change.drawn
        return next((day for day, drawn in drawn_by_day.items() if drawn > 0), None)

    def insert(self, change: Change) -> None:
        """
        Put one change among the others.

        Raises:
            BalanceBelowZero: performing or overdue principal would be negative at the end of that day or of a later one.
            DrawnOverContract: more would be drawn than the contract gives.

        Source: FP 1.6.3.
        """
        self._require_within_contract(change)
        after = list(self.changes)
        insort(after, change, key=_day)
        _require_never_negative(after, from_on=change.value_on)
        self.changes = after

    def _require_within_contract(self, change: Change) -> None:
        left = self.contract_amount - self.now.drawn
        if change.drawn > left:
            raise DrawnOverContract(amount=display(change.drawn), left=display(left), field="amount")


def stage_of(balance: Balance, *, contract_amount: Decimal, is_available: bool) -> LoanStage:
    """
    Return where a loan stands, by its balance and whether its contract still lets draw.

    Repaid in full while something may still be drawn is 已放款, not 已结清.

    Source: FP 1.6.3; D37.
    """
    if balance.drawn == 0:
        return LoanStage.CONTRACTED
    if balance.overdue > 0:
        return LoanStage.OVERDUE
    if balance.outstanding > 0 or (is_available and balance.drawn < contract_amount):
        return LoanStage.DRAWN
    return LoanStage.SETTLED


def _day(change: Change) -> date:
    return change.value_on


def _require_never_negative(changes: list[Change], *, from_on: date) -> None:
    """Refuse when a part of the principal is below zero at the end of a day from ``from_on`` on."""
    balance = EMPTY
    for position, change in enumerate(changes):
        balance += change
        is_day_end = position + 1 == len(changes) or changes[position + 1].value_on > change.value_on
        if not is_day_end or change.value_on < from_on:
            continue
        if balance.performing < 0:
            raise BalanceBelowZero(day=change.value_on, part="正常本金", amount=display(balance.performing), field="amount")
        if balance.overdue < 0:
            raise BalanceBelowZero(day=change.value_on, part="逾期本金", amount=display(balance.overdue), field="amount")
