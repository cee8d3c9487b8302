"""From an approval to a loan: the contract, and the guarantee that some loans need."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import NewEvent, record
from common.database import refused_as
from common.dates import ENDS, add_years, require_day
from common.errors import DomainError, FieldProblem, InvalidInput
from common.fields import written_alike
from common.money import ZERO, display
from loans.access import require_lender
from loans.application_transitions import APPLICATION_STEP
from loans.enums import ApplicationState
from loans.models import Application, Guarantee, Loan
from loans.rules.dates import require_maturity
from loans.selectors.caps import case_of_application
from loans.selectors.visible import scope_of
from loans.services.approval import EntryRemoved
from loans.services.locks import lock_caps
from loans.services.movements.batch import locked_loans
from loans.services.notices import notify_enterprise
from loans.services.steps import StepDay, WrongState, begun_step, business_day, run_step, save_and_log, step_day
from loans.services.submission import require_unstacked, stacking_on
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from policy.selectors.versions import version_for
from policy.terms.model import Terms
from whitelist.selectors.entries import is_open_for_drawdown


class ContractOverApproval(DomainError):
    """The contract gives more than the bank approved."""

    code = "contract_over_approval"
    sentence = "合同金额须大于 0 且不超过批复金额 {approved} 元，请核对。"
    clause = "FP 1.6.3"


class ContractNumberTaken(DomainError):
    """The bank has a contract of this number."""

    code = "contract_number_taken"
    sentence = "{bank}已登记合同编号 {contract_number}，请核对编号。"
    clause = "FP 1.6.3"


class GuaranteeNotNeeded(DomainError):
    """Only a special-mode credit R&D loan has the plan's guarantee."""

    code = "guarantee_not_needed"
    sentence = "只有专项贷款模式的企业研发投入信用贷款登记担保，该笔贷款不适用。"
    clause = "FP 1.5.2(1)"


class GuaranteeDiffers(DomainError):
    """Another guarantee is recorded for the loan, or the number is another loan's."""

    code = "guarantee_differs"
    sentence = "该笔贷款已登记担保 {number}，或该担保编号已用于其他贷款，请核对。"
    clause = "FP 1.5.2(1)"


class StackedContract(DomainError):
    """This very contract stands on the list of other technology credit."""

    code = "stacked_contract"
    sentence = "合同 {contract_number} 已列入其他科技信贷扶持名单，按方案不可与本基金叠加。"
    clause = "FP 3.2"


@transaction.atomic
def sign_contract(
    *,
    application_id: UUID,
    contract_number: str,
    contract_amount: Decimal,
    matures_on: date,
    available_until: date,
    actor: Member,
    at: datetime,
    signed_on: date | None = None,
    late_reason: str = "",
) -> Loan:
    """
    Sign: the application becomes a loan. The bank signs in special mode, the fund manager in trust mode.

    ``available_until`` is the first day on which nothing may be drawn any more. The longest maturity is checked here against the latest
    possible first drawdown, and finally at the first drawdown itself.

    Raises:
        NotVisible, RoleMissing, DateInFuture, LateReasonMissing, StepOutOfOrder.
        ApprovalLapsed: also where the signing is dated back, since what the approval kept free may be others' by now.
        WrongState: conditions not met, or contracted already.
        EntryRemoved, StackedSupport, ContractOverApproval, ContractNumberTaken, StackedContract, MaturityTooLate, InvalidInput.

    Source: FP 1.4.1, FP 1.6.3, FP 3.1, FP 3.2; D24, D35, D37, D39.
    """
    number = contract_number.strip()
    lists = stacking_on(signed_on or localdate(at), contract_number=number)
    application, _ = begun_step(application_id, "contract", actor=actor, reading=lists)
    if application.state != ApplicationState.CONDITIONS_MET or application.policy_version is None:
        raise WrongState(number=application.number, state=application.get_state_display(), step=APPLICATION_STEP["contract"].label)
    day = step_day(signed_on, at=at, late_reason=late_reason)
    require_day(matures_on, ENDS, field="matures_on", today=day.recorded_on)
    require_day(available_until, ENDS, field="available_until", today=day.recorded_on)
    terms = version_for(application.policy_version).terms
    require_unstacked(application, terms)
    _require_contract(application, number=number, amount=contract_amount)
    require_contract_dates(signed_on=day.on, available_until=available_until, matures_on=matures_on, max_years=terms.loan.max_term_years)
    run_step(application, "contract", on=day.on, recorded_on=day.recorded_on)
    lock_caps([case_of_application(application)], on=localdate(at))  # whoever counts sees the approval or the loan, never neither
    if Loan.objects.filter(written_alike("contract_number", number), bank=application.bank).exists():
        raise ContractNumberTaken(bank=application.bank.name, contract_number=number, field="contract_number")
    loan = _loan_of(application, terms)
    loan.contract_number, loan.contract_amount = number, contract_amount
    loan.signed_on, loan.matures_on, loan.available_until = day.on, matures_on, available_until
    taken = ContractNumberTaken(bank=application.bank.name, contract_number=number, field="contract_number")
    with refused_as(lambda: taken, "loan_contract_once_per_bank", "loan_contract_alike"):
        loan.save(force_insert=True)
    _tell(loan, day=day, actor=actor, at=at)
    return loan


def _loan_of(application: Application, terms: Terms) -> Loan:
    """Return a loan, not saved, with what it takes over from its application and version."""
    return Loan(
        application=application,
        bank=application.bank,
        mode=application.mode,
        category=application.category,
        security=application.security,
        enterprise=application.enterprise,
        project=application.project,
        policy_version=application.policy_version,
        enterprise_rate=terms.loan.enterprise_rate,
    )


def _tell(loan: Loan, *, day: StepDay, actor: Member, at: datetime) -> None:
    """Write the events of application and loan, in this order, and tell the enterprise."""
    application = loan.application
    after = {"contract_amount": loan.contract_amount, "matures_on": loan.matures_on, "available_until": loan.available_until}
    signed = NewEvent(verb="loan.signed", obj=loan, actor=actor, occurred_at=at, after=after, scope=scope_of(loan))
    before, fields = ApplicationState.CONDITIONS_MET, ["contracted_on"]
    save_and_log(application, "contract", actor=actor, at=at, before=before, fields=fields, day=day, further=[signed])
    body = f"合同 {loan.contract_number}，金额 {display(loan.contract_amount)} 元，可提款至 {loan.available_until}（不含）。"
    notify_enterprise(application, event="contracted", title=f"融资申请 {application.number} 已签约", body=body, at=at)


def _require_contract(application: Application, *, number: str, amount: Decimal) -> None:
    if not is_open_for_drawdown(application.entry):
        raise EntryRemoved(entry=application.entry)
    if not number:
        raise InvalidInput(errors=[FieldProblem("contract_number", "required", "请填写合同编号。")])
    approved = application.amount_approved or ZERO
    if not ZERO < amount <= approved or amount != round(amount, 2):
        raise ContractOverApproval(approved=display(approved), field="contract_amount")
    if application.project is None and application.is_contract_stacked:  # type: ignore[attr-defined]
        raise StackedContract(contract_number=number, field="contract_number")


def require_contract_dates(*, signed_on: date, available_until: date, matures_on: date, max_years: int) -> None:
    """
    Refuse dates that no drawdown could meet: availability after signing, maturity after it and in reach of its last day.

    Raises:
        InvalidInput, MaturityTooLate.

    Source: FP 1.4.1; D39.
    """
    problems = []
    if available_until <= signed_on:
        problems.append(FieldProblem("available_until", "too_early", "可提款期须在签约日之后结束。"))
    if available_until > add_years(signed_on, max_years):
        problems.append(FieldProblem("available_until", "too_late", f"可提款期不得超过签约后 {max_years} 年。"))
    if matures_on < available_until:
        problems.append(FieldProblem("matures_on", "too_early", "到期日不得早于可提款期的结束日。"))
    if problems:
        raise InvalidInput(errors=problems)
    last_drawdown_on = available_until - timedelta(days=1)
    require_maturity(matures_on=matures_on, first_drawdown_on=last_drawdown_on, max_term_years=max_years)


@transaction.atomic
def record_guarantee(
    *,
    loan_id: UUID,
    guarantor_id: UUID,
    number: str,
    fee_rate: Decimal,
    is_batch_scheme: bool,
    actor: Member,
    at: datetime,
    on: date | None = None,
) -> Guarantee:
    """
    Record the guarantee that a special-mode credit R&D loan needs before its first drawdown; the same again changes nothing.

    Raises:
        NotVisible, RoleMissing, DateInFuture, InvalidInput.
        GuaranteeNotNeeded: for any other loan.
        GuaranteeDiffers: another one is recorded.

    Source: FP 1.5.2(1); D36.
    """
    (loan,) = locked_loans([loan_id], actor=actor).values()
    require_lender(actor, [loan])
    if not loan.needs_guarantee:
        raise GuaranteeNotNeeded
    guarantor = Institution.objects.filter(public_id=guarantor_id, kind=InstitutionKind.GUARANTOR).first()
    require_guarantee(guarantor, number, fee_rate)
    wanted = {"guarantor": guarantor, "number": number.strip(), "fee_rate": fee_rate, "is_batch_scheme": is_batch_scheme}
    known = Guarantee.objects.filter(loan=loan).first()
    if known is not None and all(getattr(known, name) == value for name, value in wanted.items()):
        return known
    if known is not None or Guarantee.objects.filter(written_alike("number", number.strip()), guarantor=guarantor).exists():
        raise GuaranteeDiffers(number=known.number if known else number)
    with refused_as(lambda: GuaranteeDiffers(number=number), "guarantee_number_once", "guarantee_number_alike"):
        guarantee = Guarantee.objects.create(loan=loan, recorded_on=business_day(on, at=at), recorded_by=actor, **wanted)
    after = {"number": guarantee.number, "fee_rate": fee_rate, "is_batch_scheme": is_batch_scheme}
    record(verb="loan.guaranteed", obj=loan, actor=actor, occurred_at=at, after=after, scope=scope_of(loan))
    return guarantee


def require_guarantee(guarantor: Institution | None, number: str, fee_rate: Decimal) -> None:
    """
    Let pass a guarantee that can be.

    Raises:
        InvalidInput.
    """
    problems = []
    if guarantor is None:
        problems.append(FieldProblem("guarantor_id", "unknown", "未找到该担保公司。"))
    if not number.strip():
        problems.append(FieldProblem("number", "required", "请填写担保编号。"))
    if not 0 <= fee_rate < 1 or fee_rate != round(fee_rate, 6):
        problems.append(FieldProblem("fee_rate", "invalid", "担保费率须不低于 0%、低于 100%，按百分数最多四位小数（例如 0.8%）。"))
    if problems:
        raise InvalidInput(errors=problems)
