"""Steps of risk under the institution's own number or voucher: said again, the first record stands."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from api.services.references import once_by_reference
from common.errors import DomainError
from loans.selectors.visible import loans_visible_to
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Member
from risk.claims.services.opening import file_claim, open_pursuit
from risk.claims.services.payments import reapply_for_compensation
from risk.classification.services import classify_loan, recognise_bad_debt
from risk.enums import ClaimKind, Grade, MoneyStep
from risk.fees.services import record_enhancement_fee, record_guarantee_fee
from risk.models import BadDebt, Claim, Classification, EnhancementFee, GuaranteeFee, Reapplication
from risk.visibility import (
    bad_debts_visible_to,
    claims_visible_to,
    classifications_visible_to,
    enhancement_fees_visible_to,
    guarantee_fees_visible_to,
    guarantees_visible_to,
    reapplications_visible_to,
    visible_or_404,
)


class VoucherTaken(DomainError):
    """The voucher stands for another fee."""

    code = "voucher_taken"
    sentence = "凭证号 {voucher} 已登记为另一笔担保费，请核对。"


@transaction.atomic
def classify_once(
    *, loan_id: UUID, grade: Grade | str, reason: str, actor: Member, at: datetime, on: date, bank_reference: str = ""
) -> Classification:
    """
    Decide on a loan's class; under a number used before, return that decision if it says the same.

    Raises:
        ReferenceTaken: the number stands for another decision.
        and what ``classify_loan`` refuses.

    Source: FP 1.5.3; D19.
    """
    return once_by_reference(
        rows=classifications_visible_to(actor),
        reference=bank_reference,
        actor=actor,
        make=lambda: classify_loan(loan_id=loan_id, grade=grade, on=on, reason=reason, actor=actor, at=at),
        is_same=lambda known: (known.loan.public_id, known.grade, known.from_on) == (loan_id, grade, on),
    )


@transaction.atomic
def recognise_once(*, loan_id: UUID, reason: str, actor: Member, at: datetime, on: date | None = None, bank_reference: str = "") -> BadDebt:
    """
    Recognise a debt as bad; under a number used before, return that bad debt if it is the same loan's.

    Raises:
        ReferenceTaken: the number stands for another bad debt.
        and what ``recognise_bad_debt`` refuses.

    Source: FP 1.5.3; D15, D16, D19.
    """
    return once_by_reference(
        rows=bad_debts_visible_to(actor).select_related("classification"),
        reference=bank_reference,
        actor=actor,
        make=lambda: recognise_bad_debt(loan_id=loan_id, reason=reason, actor=actor, at=at, on=on),
        is_same=lambda known: known.loan.public_id == loan_id and on in (None, known.recognised_on),
    )


@transaction.atomic
def file_once(*, bad_debt_id: UUID, amount: Decimal, actor: Member, at: datetime, bank_reference: str = "") -> Claim:
    """
    File an R&D claim; under a number used before, return that claim if it asks for the same.

    Raises:
        ReferenceTaken: the number stands for another claim.
        and what ``file_claim`` refuses.

    Source: FP 1.5.2(1), FP 1.5.2(2); D16, D36, D37.
    """
    return once_by_reference(
        rows=claims_visible_to(actor).select_related("reviewer"),
        reference=bank_reference,
        actor=actor,
        make=lambda: file_claim(bad_debt_id=bad_debt_id, amount=amount, actor=actor, at=at),
        is_same=lambda known: (known.bad_debt.public_id, known.kind, known.amount) == (bad_debt_id, ClaimKind.RD, amount),
    )


@transaction.atomic
def pursue_once(*, bad_debt_id: UUID, actor: Member, at: datetime, bank_reference: str = "") -> Claim:
    """
    Begin a project claim; under a number used before, return that claim.

    Raises:
        ReferenceTaken: the number stands for another claim.
        and what ``open_pursuit`` refuses.

    Source: FP 1.5.1.
    """
    return once_by_reference(
        rows=claims_visible_to(actor).select_related("reviewer"),
        reference=bank_reference,
        actor=actor,
        make=lambda: open_pursuit(bad_debt_id=bad_debt_id, actor=actor, at=at),
        is_same=lambda known: (known.bad_debt.public_id, known.kind) == (bad_debt_id, ClaimKind.PROJECT),
    )


@transaction.atomic
def reapply_once(*, reason: str, actor: Member, at: datetime, bank_reference: str = "") -> Reapplication:
    """
    Apply anew for the actor's own bank; under a number used before, return that application if it gives the same reason.

    Raises:
        RoleMissing: not a bank.
        ReferenceTaken: the number stands for another application.
        and what ``reapply_for_compensation`` refuses.

    Source: FP 1.5.3; D20.
    """
    require(actor, InstitutionKind.BANK)

    def make() -> Reapplication:
        assert actor.institution is not None
        return reapply_for_compensation(bank_id=actor.institution.public_id, reason=reason, actor=actor, at=at)

    rows = reapplications_visible_to(actor)
    return once_by_reference(rows=rows, reference=bank_reference, actor=actor, make=make, is_same=lambda known: known.reason == reason)


@transaction.atomic
def charge_once(*, loan_id: UUID, amount: Decimal, charged_on: date, voucher: str, actor: Member, at: datetime) -> GuaranteeFee:
    """
    Note a guarantee fee of a loan; the guarantor's voucher again returns the fee noted, if it is the same.

    Raises:
        NotVisible: no such loan for this actor. RoleMissing: not the guarantor.
        VoucherTaken: the voucher stands for another fee.
        and what ``record_guarantee_fee`` refuses.

    Source: FP 1.5.2(1); D23.
    """
    loan = visible_or_404(loans_visible_to(actor), loan_id)
    require(actor, InstitutionKind.GUARANTOR)
    guarantee = guarantees_visible_to(actor).get(loan=loan)  # a guarantor sees no loan but those it guarantees
    charged = guarantee_fees_visible_to(actor).filter(guarantor=actor.institution_id, voucher=voucher).exclude(step=MoneyStep.RETURNED)
    known = charged.first()
    if known is None:
        return record_guarantee_fee(guarantee_id=guarantee.pk, amount=amount, charged_on=charged_on, voucher=voucher, actor=actor, at=at)
    if (known.guarantee_id, known.amount, known.charged_on) != (guarantee.pk, amount, charged_on):
        raise VoucherTaken(field="voucher", voucher=voucher)
    return known


@transaction.atomic
def collect_once(
    *,
    loan_id: UUID,
    from_on: date,
    until_on: date,
    collected_on: date,
    voucher: str,
    actor: Member,
    at: datetime,
    bank_reference: str = "",
) -> EnhancementFee:
    """
    Note a credit-enhancement fee collected; under a number used before, return that fee if it is the same.

    Raises:
        ReferenceTaken: the number stands for another fee.
        and what ``record_enhancement_fee`` refuses.

    Source: FP 1.5.2(2); D23, D35.
    """
    asked = (loan_id, from_on, until_on, collected_on, voucher)
    return once_by_reference(
        rows=enhancement_fees_visible_to(actor),
        reference=bank_reference,
        actor=actor,
        make=lambda: record_enhancement_fee(
            loan_id=loan_id, from_on=from_on, until_on=until_on, collected_on=collected_on, voucher=voucher, actor=actor, at=at
        ),
        is_same=lambda known: (known.loan.public_id, known.from_on, known.until_on, known.collected_on, known.voucher) == asked,
    )
