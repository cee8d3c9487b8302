"""What the cases of risk say, counted anew from what they rest on: debts, claims, banks, fees. Each yields sentences about what differs."""

from collections.abc import Iterator

from risk.recounts import banks, claims, debts, fees


def recounted() -> Iterator[str]:
    """Yield everything that does not come out the same. Source: FP 1.5.1-1.5.3; D15-D23, D36."""
    yield from debts.differences()
    yield from claims.differences()
    yield from banks.differences()
    yield from fees.differences()
