"""How a claim's loss is shared, computed from what is recorded; nothing is locked or fixed here."""

from decimal import Decimal

from common.enums import Category, Mode
from common.money import ZERO
from policy.selectors.versions import version_for
from risk.claims.rules.shares import Shares
from risk.claims.rules.sharing import Loss, split_loss
from risk.fees.pool import fee_pool_available
from risk.models import Claim


def uses_fee_pool(claim: Claim) -> bool:
    """Return whether the fees collected meet the loss first. Source: FP 1.5.2(2)."""
    return claim.loan.mode == Mode.TRUST and claim.loan.category == Category.RD


def loss_of(claim: Claim, *, fee_pool: Decimal | None) -> Loss:
    """Return a claim's loss and what decides who bears it. Source: D15, D16."""
    loan = claim.loan
    return Loss(
        mode=loan.mode,
        category=loan.category,
        security=loan.security,
        amount=claim.amount or ZERO,
        enterprise_rd_total=claim.bad_debt.enterprise_rd_total,
        fee_pool=fee_pool,
    )


def computed_split(claim: Claim, *, fee_pool: Decimal | None) -> Shares:
    """
    Return the split of a claim's loss with so much in the fee pool (``None`` where it bears nothing). Yuan.

    Raises:
        OverEnterpriseCap: above the last tier.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D15, D22, D38.
    """
    return split_loss(version_for(claim.loan.policy_version).terms, loss_of(claim, fee_pool=fee_pool))


def expected_split(claim: Claim) -> Shares:
    """
    Return the split as fixed, or as it would be fixed now; another bank's payment may still change what the pool gives.

    Raises:
        OverEnterpriseCap: above the last tier.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D22.
    """
    fixed = claim.shares
    if fixed is not None:
        return fixed
    pool = max(fee_pool_available(), ZERO) if uses_fee_pool(claim) else None
    return computed_split(claim, fee_pool=pool)
