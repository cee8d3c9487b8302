"""Who bears a loss: by mode, category, security and tier, to the cent."""

from dataclasses import dataclass
from decimal import Decimal

from common.enums import Category, Mode, Security
from common.errors import DomainError
from common.money import ZERO, display, round_down
from policy.terms.model import RdTier, Terms
from risk.claims.rules.shares import Shares


class EnterpriseTotalMissing(DomainError):
    """The tier of an R&D loss in special mode hangs on the enterprise's total."""

    code = "enterprise_total_missing"
    sentence = "专项贷款模式的研发信用贷款损失须填写该企业在全部合作银行的研发贷款最高余额，以确定分担档次。"
    clause = "FP 1.5.2(1)"
    status = 400


class FeePoolMissing(DomainError):
    """An R&D loss in trust mode is first met from the fees collected."""

    code = "fee_pool_missing"
    sentence = "信托服务模式的研发信用贷款损失须填写增信服务费余额，损失先从中抵扣。"
    clause = "FP 1.5.2(2)"
    status = 400


class OverEnterpriseCap(DomainError):
    """The plan has no share for amounts above its last tier."""

    code = "over_enterprise_cap"
    sentence = "单户企业贷款金额 {total} 元超过方案规定的最高档 {highest} 元，没有可适用的分担比例，请报基金主管部门研究。"
    clause = "FP 1.5.2(1)"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """
    A loss of principal and what decides who bears it. Yuan.

    ``enterprise_rd_total``: the enterprise's highest outstanding R&D principal in special mode over all banks up to the day the debt was
    recognised as bad. ``fee_pool``: credit-enhancement fees collected and not yet spent.

    Source: D15, D16.
    """

    mode: Mode | str
    category: Category | str
    amount: Decimal
    security: Security | str = Security.CREDIT
    enterprise_rd_total: Decimal | None = None
    fee_pool: Decimal | None = None


def split_loss(terms: Terms, loss: Loss) -> Shares:
    """
    Return what each payer bears of a loss; the parts sum to it exactly.

    Each payer but the bank is rounded down to 0.01, the bank bears the remainder; inside a government share the county is rounded down
    and the city takes the odd cent.

    Raises:
        EnterpriseTotalMissing: a credit R&D loss in special mode without the enterprise's total.
        FeePoolMissing: a credit R&D loss in trust mode without the pool's balance.
        OverEnterpriseCap: the enterprise's total lies above the last tier.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D1, D15-D18, D22, D36.
    """
    if loss.category != Category.RD:
        return _with_government(terms, loss.amount, share=project_government_share(terms, mode=loss.mode, category=loss.category))
    if not is_covered(terms, category=loss.category, security=loss.security):
        return Shares(bank=loss.amount)
    if loss.mode == Mode.SPECIAL:
        if loss.enterprise_rd_total is None:
            raise EnterpriseTotalMissing(field="enterprise_rd_total")
        guarantor = round_down(loss.amount * tier_of(terms, loss.enterprise_rd_total).guarantor_share)
        return Shares(bank=loss.amount - guarantor, guarantor=guarantor)
    if loss.fee_pool is None:
        raise FeePoolMissing(field="fee_pool")
    from_pool = min(loss.amount, max(loss.fee_pool, ZERO))
    rest = _with_government(terms, loss.amount - from_pool, share=terms.risk.trust_rd_government_share)
    return rest + Shares(fee_pool=from_pool)


def told_rd_total(terms: Terms, enterprise_rd_total: Decimal | None) -> Decimal | None:
    """
    Return what a party is told of an enterprise's total over all banks: the end of the tier it lies in, by which the sharing is the same.

    Source: FP 1.5.2(1); D15.
    """
    if enterprise_rd_total is None:
        return None
    ends = [tier.up_to for tier in terms.risk.rd_tiers]
    return next((end for end in ends if enterprise_rd_total <= end), ends[-1])


def tier_of(terms: Terms, enterprise_rd_total: Decimal) -> RdTier:
    """
    Return the tier of an enterprise's R&D total in special mode; the whole loss takes it, the bound of a tier belongs to it.

    Raises:
        OverEnterpriseCap: above the last tier.

    Source: FP 1.5.2(1); D15.
    """
    for tier in terms.risk.rd_tiers:
        if enterprise_rd_total <= tier.up_to:
            return tier
    raise OverEnterpriseCap(field="enterprise_rd_total", total=display(enterprise_rd_total), highest=display(terms.risk.rd_tiers[-1].up_to))


def project_government_share(terms: Terms, *, mode: Mode | str, category: Category | str) -> Decimal:
    """Return the government's share of a loss on a project's loans, by contribution. Source: FP 1.5.1; D1, D17, D18."""
    if category == Category.WORKING_CAPITAL:
        return terms.risk.working_capital_government_share.of(mode)
    return terms.risk.government_contribution.of(mode)


def is_covered(terms: Terms, *, category: Category | str, security: Security | str) -> bool:
    """
    Return whether the plan's R&D cover reaches the loan: credit loans only, unless the version says otherwise.

    Source: FP 1.5.2(1), FP 1.5.2(2); D36.
    """
    return category == Category.RD and (security == Security.CREDIT or terms.risk.secured_rd_covered)


def clause_of(*, mode: Mode | str, category: Category | str) -> str:
    """Return the clause that shares a loss of such a loan. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D17."""
    if category != Category.RD:
        return "FP 1.5.1"
    return "FP 1.5.2(1)" if mode == Mode.SPECIAL else "FP 1.5.2(2)"


def decisions_of(*, mode: Mode | str, category: Category | str) -> tuple[str, ...]:
    """Return the interpretations that the sharing of such a loss rests on. Source: D1, D15-D18, D22, D36."""
    if category == Category.RD:
        return ("D15", "D16", "D22", "D36") if mode == Mode.SPECIAL else ("D16", "D22", "D36")
    contribution = "D17" if category == Category.WORKING_CAPITAL else "D1"
    return (contribution, "D16", "D18", "D22")


def _with_government(terms: Terms, amount: Decimal, *, share: Decimal) -> Shares:
    """Return the government's part split between city and county, and the bank's."""
    government = round_down(amount * share)
    county = round_down(government * terms.risk.county_share)
    return Shares(bank=amount - government, city=government - county, county=county)
