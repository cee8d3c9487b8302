"""One figure of the first page."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from common.admin.display_values import Money
from common.money import ZERO

WAN = Decimal(10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One figure of the fund; ``share`` (per cent, at most 100) draws a bar."""

    label: str
    value: Any
    note: str = ""
    share: int | None = None


def in_wan(amount: Decimal | None, *, unit: str = "万元") -> Money:
    """Return yuan in units of ten thousand."""
    return Money(((amount or ZERO) / WAN).quantize(Decimal("0.01")), unit)
