"""Five parts of one sum of money, one per payer."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from decimal import Decimal

from common.money import CENT, ZERO
from risk.enums import Payer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """What each payer bears, paid or gets back. Yuan, 2 places."""

    bank: Decimal = ZERO
    guarantor: Decimal = ZERO
    fee_pool: Decimal = ZERO
    city: Decimal = ZERO
    county: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Return the sum of all parts."""
        return self.bank + self.compensation

    @property
    def compensation(self) -> Decimal:
        """Return what guarantor, fee pool, city and county pay to the bank. Source: D20."""
        return self.guarantor + self.fee_pool + self.city + self.county

    def of(self, payer: Payer | str) -> Decimal:
        """Return one payer's part."""
        part: Decimal = getattr(self, Payer(payer).value)
        return part

    def items(self) -> Iterator[tuple[Payer, Decimal]]:
        """Yield each payer with its part, the bank first."""
        return ((payer, self.of(payer)) for payer in Payer)

    @classmethod
    def from_parts(cls, parts: "Mapping[Payer, Decimal] | Mapping[str, Decimal]") -> "Shares":
        """Return the shares with the parts named; whoever is not named has none."""
        return cls(**{Payer(payer).value: part for payer, part in parts.items()})

    def __add__(self, other: "Shares") -> "Shares":
        return Shares.from_parts({payer: part + other.of(payer) for payer, part in self.items()})

    def __sub__(self, other: "Shares") -> "Shares":
        return Shares.from_parts({payer: part - other.of(payer) for payer, part in self.items()})

    def __bool__(self) -> bool:
        return any(astuple(self))


NOTHING = Shares()


def in_cents(amount: Decimal) -> int:
    """Return yuan as a whole number of cents."""
    return int(amount.scaleb(2))


def in_yuan(cents: int) -> Decimal:
    """Return cents as yuan with 2 places."""
    return cents * CENT + ZERO
