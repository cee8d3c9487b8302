"""Where a loan stands in risk, what it costs its enterprise, what guarantors take on average."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from loans.models import Guarantee, Loan
from loans.selectors.visible import loans_visible_to
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_on
from risk.enums import Grade
from risk.fees.rules import NoEnhancementFeeRate
from risk.fees.selectors import GuarantorYear, average_guarantee_fees, total_cost_of
from risk.models import Claim, Classification
from risk.visibility import visible_or_404


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskOfLoan:
    """The class of a loan and what became of it; ``None`` where it did not come so far."""

    grade: str
    classification_id: UUID | None
    bad_debt_id: UUID | None
    bad_debt_principal: Decimal | None
    claim_id: UUID | None
    claim_state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfLoan:
    """What a loan costs its enterprise a year; annual fractions, ``None`` before the first rate of the fee."""

    enterprise_rate: Decimal
    cover: str
    cover_rate: Decimal | None
    total_rate: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeYear:
    """A guarantor's year beside the limit of the version in force."""

    year_of: GuarantorYear
    limit_rate: Decimal


def with_risk(rows: QuerySet[Loan], *, on: date) -> QuerySet[Loan]:
    """Return the loans with where each stands in risk on a day, as ``risk_of_loan`` reads it. Source: FP 1.5.3; D19."""
    decided = Classification.objects.filter(loan=OuterRef("pk"), from_on__lte=on).order_by("-from_on")
    claims = Claim.objects.filter(loan=OuterRef("pk")).order_by("-id")
    return rows.annotate(
        risk_bad_debt_id=F("bad_debt__public_id"),
        risk_bad_debt_principal=F("bad_debt__principal"),
        risk_grade=Subquery(decided.values("grade")[:1]),
        risk_classification_id=Subquery(decided.values("public_id")[:1]),
        risk_claim_id=Subquery(claims.values("public_id")[:1]),
        risk_claim_state=Subquery(claims.values("state")[:1]),
    )


def risk_of_loan(loan: Loan, *, on: date) -> RiskOfLoan:
    """Return where a loan stands in risk on a day; one query unless it came ``with_risk``. Source: FP 1.5.3; D19."""
    if not hasattr(loan, "risk_grade"):
        loan = with_risk(Loan.objects.filter(pk=loan.pk), on=on).get()
    found = vars(loan)
    return RiskOfLoan(
        grade=found["risk_grade"] or Grade.NORMAL.value,
        classification_id=found["risk_classification_id"],
        bad_debt_id=found["risk_bad_debt_id"],
        bad_debt_principal=found["risk_bad_debt_principal"],
        claim_id=found["risk_claim_id"],
        claim_state=found["risk_claim_state"],
    )


def cost_of_loan(loan_id: UUID, *, actor: Member, on: date) -> CostOfLoan:
    """
    Return what a loan costs its enterprise a year on a day.

    Raises:
        NotVisible: no such loan for this actor.

    Source: FP 1.4.1, FP 1.5.2(1), FP 1.5.2(2); D23.
    """
    loan = visible_or_404(loans_visible_to(actor).select_related("policy_version"), loan_id)
    try:
        cost = total_cost_of(loan, on=on)
    except NoEnhancementFeeRate:
        return CostOfLoan(enterprise_rate=loan.enterprise_rate, cover="enhancement_fee", cover_rate=None, total_rate=None)
    cover = {"担保费": "guarantee_fee", "增信服务费": "enhancement_fee"}.get(cost.cover_name, "none")
    return CostOfLoan(enterprise_rate=cost.enterprise_rate, cover=cover, cover_rate=cost.cover_rate, total_rate=cost.total_rate)


def fee_years(*, actor: Member, on: date) -> list[FeeYear]:
    """
    Return the average guarantee fee per guarantor and year: a guarantor's own, a bank's those of the guarantors of its loans.

    Source: FP 1.5.2(1); D23.
    """
    institution = actor.institution
    if institution is not None and institution.kind == InstitutionKind.GUARANTOR:
        seen = {institution.pk}
    else:
        seen = set(Guarantee.objects.filter(loan__in=loans_visible_to(actor)).values_list("guarantor", flat=True))
    limit = version_on(on).terms.fees.guarantee_fee_limit_rate
    return [FeeYear(year_of=year, limit_rate=limit) for year in average_guarantee_fees(on=on) if year.guarantor.pk in seen]
