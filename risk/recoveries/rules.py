"""What came back, shared up the waterfall: those who paid last get back first."""

from collections.abc import Sequence
from decimal import Decimal

from common.errors import DomainError
from common.money import ZERO, display
from risk.claims.rules.shares import Shares, in_cents, in_yuan
from risk.enums import Payer

LAST_LAYER = (Payer.BANK, Payer.GUARANTOR, Payer.CITY, Payer.COUNTY)
ODD_CENTS = (Payer.BANK, Payer.CITY, Payer.COUNTY, Payer.GUARANTOR)


class RecoveryExceedsPaid(DomainError):
    """More came back than was lost."""

    code = "recovery_exceeds_paid"
    sentence = "累计追回净额 {net} 元超过各方实际承担的 {paid} 元，请核对追回金额、费用和各方支付金额。"
    clause = "FP 1.5.3"
    status = 400


def net_recovery(recovered: Decimal, costs: Decimal) -> Decimal:
    """Return what is left of a recovery after its costs, never below zero. Yuan. Source: D21."""
    return max(recovered - costs, ZERO)


def next_net(*, recovered: Decimal, costs: Decimal, counted: Decimal) -> Decimal:
    """
    Return what one more recovery adds to the cumulative net recovery of a debt. Yuan.

    ``recovered`` and ``costs`` are the sums with this recovery, ``counted`` what the earlier ones added. Costs that a recovery did not meet
    are met by the next ones, so that many small recoveries give what one large one gives; what counted once counts for good, since it
    was shared back.

    Source: D21.
    """
    return max(net_recovery(recovered, costs) - counted, ZERO)


def share_recovery(net: Decimal, paid: Shares) -> Shares:
    """
    Return what each payer gets back of the cumulative net recovery of one loss; the parts sum to it exactly.

    Those who shared the last layer come first, in proportion to what each paid; the fee pool, which paid first, is refilled last. Each
    payer but the bank is rounded down, the bank takes the rest up to its own payment, then the odd cent goes to the city, then the county.

    Raises:
        RecoveryExceedsPaid: more than all paid together.

    Source: FP 1.5.2(2), FP 1.5.3; D21.
    """
    if net > paid.total:
        raise RecoveryExceedsPaid(net=display(net), paid=display(paid.total), field="recovered")
    layer = {payer: in_cents(paid.of(payer)) for payer in LAST_LAYER}
    to_layer = min(in_cents(net), sum(layer.values()))
    back = _in_proportion(to_layer, layer)
    parts = {payer: in_yuan(cents) for payer, cents in back.items()}
    return Shares.from_parts({**parts, Payer.FEE_POOL: net - in_yuan(to_layer)})


def _in_proportion(amount: int, paid: dict[Payer, int]) -> dict[Payer, int]:
    """Return the cents of a sum by what each paid: all but the bank rounded down, what is left in the order of the odd cents."""
    total = sum(paid.values())
    if not total:
        return dict.fromkeys(paid, 0)
    back = {payer: 0 if payer == Payer.BANK else amount * own // total for payer, own in paid.items()}
    return _spread(amount - sum(back.values()), back, paid, order=ODD_CENTS)


def _spread(left: int, back: dict[Payer, int], paid: dict[Payer, int], *, order: Sequence[Payer]) -> dict[Payer, int]:
    """Return the parts with what is left added, each payer up to what it paid."""
    filled = dict(back)
    for payer in order:
        more = min(left, paid[payer] - filled[payer])
        filled[payer] += more
        left -= more
    return filled
