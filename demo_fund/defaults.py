"""What a loan that goes bad is in the demo: when it does, and what comes of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from demo_fund.financing import Financing


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What comes back so many days after the default: a part of the bad principal, and what getting it cost in yuan."""

    days: int
    part: Decimal
    costs: Decimal = Decimal(0)
    is_returned: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a loan goes bad. ``goes``: claimed | paid | pursued | certified | own."""

    bank: str
    mode: str
    default_on: date
    goes: str = "paid"
    recovered: tuple[Recovered, ...] = ()
    is_exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanDefault:
    """One loan of the story that goes bad, and what was wished for it."""

    financing: Financing
    wish: Wish
