"""Claims: of the right kind and never above their debt, paid off when they say so, each share borne by whom the clause names."""

from collections.abc import Iterator

from common.enums import Category
from common.money import ZERO
from parties.enums import InstitutionKind
from risk.claims.rules.sharing import clause_of
from risk.claims.selectors.standings import standing_of_claim
from risk.claims.transitions import SETTLED
from risk.enums import ClaimKind, Payer
from risk.models import Claim, Share

KINDS = {
    Payer.FEE_POOL: InstitutionKind.FUND_OFFICE,
    Payer.CITY: InstitutionKind.CITY_TREASURY,
    Payer.COUNTY: InstitutionKind.COUNTY_TREASURY,
}


def differences() -> Iterator[str]:
    """Yield what is wrong with claims and their shares. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D16, D18, D20."""
    related = ("bad_debt", "loan__district", "bank", "loan__guarantee__guarantor")
    for claim in Claim.objects.select_related(*related).prefetch_related("parts__institution", "payments").order_by("id"):
        yield from _of_claim(claim)


def _of_claim(claim: Claim) -> Iterator[str]:
    loan, debt = claim.loan, claim.bad_debt
    kind = ClaimKind.RD if loan.category == Category.RD else ClaimKind.PROJECT
    if (claim.loan_id, claim.bank_id, claim.kind) != (debt.loan_id, debt.bank_id, kind):
        yield f"补偿{claim.number}与其坏账的贷款、银行或办理方式不符。"
    if (claim.amount or ZERO) > debt.principal:
        yield f"补偿{claim.number}的金额超过坏账本金{debt.principal}元。"
    if claim.split_on is None:
        if claim.state in SETTLED or claim.payments.all():
            yield f"补偿{claim.number}已付款或已结，却没有损失分担。"
        return
    left = standing_of_claim(claim).payable.compensation
    if (claim.state in SETTLED) != (left == ZERO):
        yield f"补偿{claim.number}为“{claim.get_state_display()}”，重算尚应支付{left}元。"
    clause = clause_of(mode=loan.mode, category=loan.category)
    for share in claim.parts.all():
        if share.clause != clause or not _bears(share, claim):
            yield f"补偿{claim.number}的{share.get_payer_display()}分担的机构或依据与规则不符。"


def _bears(share: Share, claim: Claim) -> bool:
    """Return whether the institution is one of those behind the payer, whether or not it still exists. Source: D18."""
    if share.payer == Payer.BANK:
        return share.institution_id == claim.bank_id
    if share.payer == Payer.GUARANTOR:
        return share.institution_id == claim.loan.guarantee.guarantor_id
    district = claim.loan.district_id if share.payer == Payer.COUNTY else None
    return (share.institution.kind, share.institution.district_id) == (KINDS[Payer(share.payer)], district)
