"""The split of one claim's loss: fixed when the first money moves, or at once where the bank bears it alone."""

from datetime import date
from decimal import Decimal

from common.money import ZERO
from parties.enums import InstitutionKind
from parties.models import Institution
from parties.selectors import institution_of_kind
from risk.claims.rules.shares import Shares
from risk.claims.rules.sharing import clause_of
from risk.claims.selectors.splits import computed_split, uses_fee_pool
from risk.enums import Payer
from risk.fees.pool import fee_pool_available
from risk.locks import lock_fee_pool
from risk.models import Claim, Share


def split_of(claim: Claim) -> Shares:
    """
    Return the split of a claim's loss: as fixed, or as it would be fixed now. Locks the fee pool where the pool bears a part.

    Raises:
        OverEnterpriseCap: above the last tier; nothing can be paid until the city decides.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D15, D22, D38.
    """
    fixed = claim.shares
    if fixed is not None:
        return fixed
    pool: Decimal | None = None
    if uses_fee_pool(claim):
        lock_fee_pool()
        pool = max(fee_pool_available(), ZERO)
    return computed_split(claim, fee_pool=pool)


def fix_split(claim: Claim, *, on: date) -> Shares:
    """
    Store the split, one row per payer with its clause, and return it; a second call changes nothing.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D22.
    """
    shares = split_of(claim)
    if not claim.parts.exists():
        clause = clause_of(mode=claim.loan.mode, category=claim.loan.category)
        borne = [(payer, part) for payer, part in shares.items() if part or payer == Payer.BANK]
        Share.objects.bulk_create(
            Share(claim=claim, payer=payer, institution=institution_of(claim, payer), amount=part, clause=clause) for payer, part in borne
        )
    claim.split_on = claim.split_on or on
    claim.save(update_fields=["split_on"])
    return shares


def institution_of(claim: Claim, payer: Payer) -> Institution:
    """
    Return the institution behind a payer: the bank, its guarantor, the pool's holder, 市财政局, the county's treasury.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D18.
    """
    if payer == Payer.BANK:
        return claim.bank
    if payer == Payer.GUARANTOR:
        return claim.loan.guarantee.guarantor
    if payer == Payer.FEE_POOL:
        return institution_of_kind(InstitutionKind.FUND_OFFICE)
    if payer == Payer.CITY:
        return institution_of_kind(InstitutionKind.CITY_TREASURY)
    return institution_of_kind(InstitutionKind.COUNTY_TREASURY, district=claim.loan.district)
