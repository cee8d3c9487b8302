"""What counts against a cap, and whether one more amount still fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.errors import DomainError, FieldProblem
from common.money import ZERO, display

STEP = Decimal("1000000.00")  # lenders read what is left under a shared cap in whole steps, so that nobody reads what others lent


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """One limit: what may be, what is committed already and what is left, in yuan."""

    name: str  # stable code: project_total, project_fixed_asset, project_working_capital, rd_total, bank_quota
    label: str
    clause: str
    maximum: Decimal
    headroom: Decimal

    @property
    def is_shared(self) -> bool:
        """Return whether other banks' lending counts against the cap too."""
        return self.name != "bank_quota"

    @property
    def told(self) -> Decimal:
        """Return what lenders are told is left: of a bank's own quota to the cent, under a shared cap rounded down to whole steps."""
        left = max(self.headroom, ZERO)
        return left - left % STEP if self.is_shared else left


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """All caps one amount has to fit under."""

    caps: tuple[Cap, ...]

    @property
    def left(self) -> Decimal:
        """Return what fits under every cap, in yuan, never negative."""
        return max(min((cap.headroom for cap in self.caps), default=ZERO), ZERO)


class OverCap(DomainError):
    """The amount does not fit under every cap; ``errors`` has one line per cap that is crossed."""

    code = "over_cap"
    sentence = "{amount} 元超过尚可使用的额度：{crossed}。请调减金额。"
    clause = "FP 1.2.1"  # the clause of each cap that is crossed stands in its line


def require_headroom(headroom: Headroom, *, amount: Decimal) -> None:
    """
    Refuse an amount that crosses a cap.

    Raises:
        OverCap: with what lenders are told is left, and the clause, of each cap that is crossed.

    Source: FP 1.2.1, FP 1.2.2, FP 1.3; D2, D3, D40.
    """
    crossed = [cap for cap in headroom.caps if amount > cap.headroom]
    if not crossed:
        return
    lines = [_line(cap) for cap in crossed]
    problems = [FieldProblem("amount", cap.name, line) for cap, line in zip(crossed, lines, strict=True)]
    raise OverCap(amount=display(amount), crossed="；".join(lines), errors=problems)


def _line(cap: Cap) -> str:
    said = "，向下取整到百万元" if cap.is_shared else ""
    return f"{cap.label}剩余 {display(cap.told)} 元{said}（{cap.clause}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """
    What one case takes of the caps, in yuan.

    ``disbursed`` counts for good, ``outstanding`` until it is repaid, ``undrawn`` until it is drawn or lapses.
    """

    disbursed: Decimal = ZERO
    outstanding: Decimal = ZERO
    undrawn: Decimal = ZERO

    @property
    def of_project(self) -> Decimal:
        """Return what counts against a project's caps: disbursed for good, plus approved and not drawn. Source: D2."""
        return self.disbursed + self.undrawn

    @property
    def revolving(self) -> Decimal:
        """Return what counts against an R&D cap or a bank's quota: outstanding, plus approved and not drawn. Source: D3, D40."""
        return self.outstanding + self.undrawn

    def __add__(self, other: "Committed") -> "Committed":
        return Committed(
            disbursed=self.disbursed + other.disbursed,
            outstanding=self.outstanding + other.outstanding,
            undrawn=self.undrawn + other.undrawn,
        )

    @classmethod
    def total(cls, parts: Sequence["Committed"]) -> "Committed":
        """Return the sum."""
        return sum(parts, cls())


def committed_by_loan(*, contract_amount: Decimal, drawn: Decimal, outstanding: Decimal, available_until: date, on: date) -> Committed:
    """Return what a loan takes; the undrawn part until the end of the availability period (excluded). Source: D2, D3, D37."""
    return Committed(disbursed=drawn, outstanding=outstanding, undrawn=contract_amount - drawn if on < available_until else ZERO)
