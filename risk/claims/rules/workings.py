"""How the split of a loss comes about, step by step, so that it can be followed with a pencil."""

from dataclasses import dataclass
from decimal import Decimal

from common.enums import Category, Mode
from common.money import ZERO
from policy.terms.model import Terms
from risk.claims.rules.sharing import Loss, is_covered, project_government_share, split_loss, tier_of
from risk.enums import Payer, WorkingStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """One step: ``rate`` of ``base``, or, without a rate, what is left. ``payer`` bears the amount; nobody where it is split on. Yuan."""

    step: WorkingStep
    base: Decimal
    rate: Decimal | None
    amount: Decimal
    payer: Payer | None = None


def split_workings(terms: Terms, loss: Loss) -> list[Working]:
    """
    Return the steps of the split in their order; the amounts with a payer are those of ``split_loss``.

    Raises:
        EnterpriseTotalMissing, FeePoolMissing, OverEnterpriseCap: as ``split_loss``.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D1, D15-D18, D22, D36.
    """
    shares = split_loss(terms, loss)
    bank = Working(step=WorkingStep.REST, base=loss.amount, rate=None, amount=shares.bank, payer=Payer.BANK)
    if loss.category != Category.RD:
        share = project_government_share(terms, mode=loss.mode, category=loss.category)
        return [*_government(terms, loss.amount, share, shares.city, shares.county), bank]
    if not is_covered(terms, category=loss.category, security=loss.security):
        return [bank]
    if loss.mode == Mode.SPECIAL:
        rate = tier_of(terms, loss.enterprise_rd_total or ZERO).guarantor_share
        guarantor = Working(step=WorkingStep.TIER, base=loss.amount, rate=rate, amount=shares.guarantor, payer=Payer.GUARANTOR)
        return [guarantor, bank]
    pool = Working(step=WorkingStep.POOL, base=loss.fee_pool or ZERO, rate=None, amount=shares.fee_pool, payer=Payer.FEE_POOL)
    rest = loss.amount - shares.fee_pool
    return [pool, *_government(terms, rest, terms.risk.trust_rd_government_share, shares.city, shares.county), bank]


def _government(terms: Terms, base: Decimal, share: Decimal, city: Decimal, county: Decimal) -> list[Working]:
    """Return the government's part of a base, and how city and county split it."""
    both = city + county
    return [
        Working(step=WorkingStep.GOVERNMENT, base=base, rate=share, amount=both),
        Working(step=WorkingStep.COUNTY, base=both, rate=terms.risk.county_share, amount=county, payer=Payer.COUNTY),
        Working(step=WorkingStep.CITY, base=both, rate=None, amount=city, payer=Payer.CITY),
    ]
