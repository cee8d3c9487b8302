"""How long something took over many cases: the middle one, and what nine in ten kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_TOLD = 5  # cases: of fewer a figure would tell of single enterprises
FEWEST_BANKS = 3  # of two each would read the other's days
NINE_IN_TEN = 10  # 1 - 1/10: nearest rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Working days over the cases of a year: half took at most ``half``, nine in ten at most ``most``."""

    count: int
    half: int
    most: int


def spread(days: Sequence[int]) -> Spread | None:
    """Return how the days are spread, by nearest rank; ``None`` for too few cases to be told. Source: FP 1.6.5."""
    count = len(days)
    if count < FEWEST_TOLD:
        return None
    ranked = sorted(days)
    return Spread(count=count, half=ranked[(count - 1) // 2], most=ranked[count - 1 - count // NINE_IN_TEN])
