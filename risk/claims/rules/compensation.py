"""Paying a loss in pieces: what is still due after recoveries, and which payer gives what of a piece that the cap lets through."""

from decimal import Decimal

from common.money import ZERO
from risk.claims.rules.shares import Shares, in_cents, in_yuan
from risk.enums import Payer
from risk.recoveries.rules import share_recovery

PAYERS = (Payer.GUARANTOR, Payer.FEE_POOL, Payer.CITY, Payer.COUNTY)


def finally_borne(full: Shares, *, recovered: Decimal) -> Shares:
    """
    Return what each bears of a loss in the end: its part of the full split less its part of the cumulative net recovery.

    A part not yet paid is lessened by what would come back of it, since paying and returning the same yuan cancel out.

    Raises:
        RecoveryExceedsPaid: more came back than was lost.

    Source: D20, D21.
    """
    return full - share_recovery(recovered, full)


def still_payable(full: Shares, *, recovered: Decimal, paid: Shares) -> Shares:
    """
    Return what each payer has yet to pay to the bank; ``paid`` is net of what was returned. The bank's part is zero.

    Source: FP 1.5.2(1), FP 1.5.2(2); D20, D21.
    """
    borne = finally_borne(full, recovered=recovered)
    return Shares.from_parts({payer: max(borne.of(payer) - paid.of(payer), ZERO) for payer in PAYERS})


def still_returnable(full: Shares, *, recovered: Decimal, paid: Shares) -> Shares:
    """
    Return what each payer is owed back by the bank; ``paid`` is net of what was returned, so nobody gets back more than it paid.

    Source: FP 1.5.3; D21, D37.
    """
    borne = finally_borne(full, recovered=recovered)
    return Shares.from_parts({payer: max(paid.of(payer) - borne.of(payer), ZERO) for payer in PAYERS})


def piece_of(due: Shares, *, paid: Shares, amount: Decimal) -> Shares:
    """
    Return what each payer gives of the next piece of a compensation, the pieces summing to the whole.

    ``due`` is what each finally bears, ``paid`` what it has paid net of returns, ``amount`` the piece: at most what is still payable. The
    fee pool pays first, then the others in proportion to their parts, rounded on the cumulative sum: however a compensation is cut into
    pieces, everybody has paid the same at its end, and at any point at most a cent apart from the exact proportion.

    Source: FP 1.5.2(2), FP 1.5.3; D20, D22.
    """
    left = in_cents(amount)
    rooms = {payer: max(in_cents(due.of(payer)) - in_cents(paid.of(payer)), 0) for payer in PAYERS}
    pool = min(left, rooms[Payer.FEE_POOL])
    left -= pool
    county = _county_part(left, due=due, paid=paid, rooms=rooms)
    city = min(left - county, rooms[Payer.CITY])
    parts = {Payer.FEE_POOL: pool, Payer.COUNTY: county, Payer.CITY: city, Payer.GUARANTOR: left - county - city}
    return Shares.from_parts({payer: in_yuan(cents) for payer, cents in parts.items()})


def _county_part(left: int, *, due: Shares, paid: Shares, rooms: dict[Payer, int]) -> int:
    """Return the county's cents of what the pool does not pay, on the cumulative sum of city and county."""
    government = in_cents(due.city + due.county)
    if not government:
        return 0
    so_far = in_cents(paid.city + paid.county)
    wanted = (so_far + left) * in_cents(due.county) // government - in_cents(paid.county)
    return max(left - rooms[Payer.CITY], 0, min(wanted, left, rooms[Payer.COUNTY]))
