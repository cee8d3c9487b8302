"""Contracts, guarantees and checks of the use of funds typed wrong are put right, by the lender. See ``parties.corrections``."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.timezone import localdate

from common.dates import ENDS, HAPPENED
from common.errors import FieldProblem, InvalidInput
from common.fields import written_alike
from common.money import ZERO, display
from loans.access import is_lender
from loans.enums import MovementKind, ProposalState
from loans.models import Application, Guarantee, Loan, UseOfFundsCheck
from loans.rules.caps import committed_by_loan, require_headroom
from loans.selectors.caps import case_of_loan
from loans.selectors.visible import scope_of
from loans.services.contracts import (
    ContractNumberTaken,
    ContractOverApproval,
    GuaranteeDiffers,
    StackedContract,
    require_contract_dates,
    require_guarantee,
)
from loans.services.locks import locked_commitment_snapshot
from loans.services.notices import notify_enterprise
from loans.services.use_of_funds import require_use_check, stop_subsidy_as_found
from parties.corrections import Correctable, Facts, register_rest, register_table
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from parties.selectors import system_member
from policy.selectors.versions import version_for
from whitelist.selectors.eligibility import technology_credits

LENDERS = (InstitutionKind.BANK, InstitutionKind.FUND_MANAGER)


def _lends(member: Member, row: Loan | Guarantee) -> bool:
    loan = row.loan if isinstance(row, Guarantee) else row
    return is_lender(member, mode=loan.mode, bank_id=loan.bank_id)


def movements_of_contract(row: Loan, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return what was drawn and repaid under the contract as it stands, and what waits to be. Source: FP 1.6.3."""
    standing = row.movements.filter(reversed_by__isnull=True).exclude(kind=MovementKind.REVERSAL)
    for one in standing.order_by("value_on", "id"):
        yield f"{one.get_kind_display()} {one.value_on} {display(one.amount)} 元（流水号 {one.bank_reference}）据此登记，须先冲正"
    for waiting in row.proposals.filter(state=ProposalState.WAITING).order_by("id"):
        yield f"待复核的{waiting.get_kind_display()} {display(waiting.amount)} 元（流水号 {waiting.bank_reference}）据此提出，须先退回"


def _check_contract(row: Loan, facts: Facts) -> None:
    """Refuse what could not have been signed."""
    application, number = row.application, str(facts["contract_number"])
    if Loan.objects.filter(written_alike("contract_number", number), bank=row.bank_id).exclude(pk=row.pk).exists():
        raise ContractNumberTaken(bank=row.bank.name, contract_number=number, field="contract_number")
    approved = application.amount_approved or ZERO
    if not ZERO < facts["contract_amount"] <= approved:
        raise ContractOverApproval(approved=display(approved), field="contract_amount")
    signed_on: date = facts["signed_on"]
    if application.conditions_met_on is not None and signed_on < application.conditions_met_on:
        sentence = f"签约日期不得早于落实条件的日期 {application.conditions_met_on}。"
        raise InvalidInput(errors=[FieldProblem("signed_on", "too_early", sentence)])
    terms = version_for(row.policy_version).terms
    days = {name: facts[name] for name in ("signed_on", "available_until", "matures_on")}
    require_contract_dates(**days, max_years=terms.loan.max_term_years)
    listed = technology_credits(credit_code=row.enterprise.credit_code, year=signed_on.year, contract_number=number)
    if row.project_id is None and number != row.contract_number and listed.exists():
        raise StackedContract(contract_number=number, field="contract_number")


def _settle_contract(row: Loan, before: Facts, after: Facts | None, *, at: datetime) -> None:
    """Let the application say the same day, hold what the contract now takes against the caps, and tell the enterprise."""
    Application.objects.filter(pk=row.application_id).update(contracted_on=row.signed_on)
    _require_room(row, before, on=localdate(at))
    days = f"可提款至 {row.available_until}（不含），到期日 {row.matures_on}"
    body = f"合同 {row.contract_number}，金额 {display(row.contract_amount)} 元，{days}。"
    title = f"融资申请 {row.application.number} 的合同登记内容已更正"
    notify_enterprise(row.application, event=f"contract_put_right:{at:%Y%m%d%H%M%S}", title=title, body=body, at=at)


def _require_room(row: Loan, before: Facts, *, on: date) -> None:
    """Refuse a contract that takes more than it did, and more than the caps have left without it. Source: D2, D3, D40."""
    case, taken = case_of_loan(row), _taken(row.contract_amount, row.available_until, on=on)
    left = locked_commitment_snapshot([case], on=on).headroom(case, freed=taken)
    if taken > _taken(before["contract_amount"], before["available_until"], on=on):
        require_headroom(left, amount=taken)


def _taken(amount: Decimal, available_until: date, *, on: date) -> Decimal:
    """Return what a contract takes of which nothing is drawn."""
    return committed_by_loan(contract_amount=amount, drawn=ZERO, outstanding=ZERO, available_until=available_until, on=on).undrawn


def _check_guarantee(row: Guarantee, facts: Facts) -> None:
    """Refuse a number of another loan, and what is no rate."""
    number, guarantor = str(facts["number"]), guarantors().filter(pk=facts["guarantor_id"]).first()
    require_guarantee(guarantor, number, facts["fee_rate"])
    if Guarantee.objects.filter(written_alike("number", number), guarantor=guarantor).exclude(pk=row.pk).exists():
        raise GuaranteeDiffers(number=number, field="number")


def guarantors() -> QuerySet[Institution]:
    """Return who may guarantee a loan."""
    return Institution.objects.filter(kind=InstitutionKind.GUARANTOR)


def _check_use_check(row: UseOfFundsCheck, facts: Facts) -> None:
    """Refuse what no bank can have found."""
    require_use_check(row.loan, facts["finding"], is_misuse=facts["is_misuse"], misuse_from=facts["misuse_from"], on=facts["checked_on"])


def _settle_use_check(row: UseOfFundsCheck, before: Facts, after: Facts | None, *, at: datetime) -> None:
    """Let the subsidy stop as the checks now say. Source: FP 1.6.3; D11."""
    loan = Loan.objects.select_for_update(of=("self",), no_key=True).get(pk=row.loan_id)
    stop_subsidy_as_found(loan, finding=row.finding, actor=system_member(), at=at)


register_table(
    Correctable(
        name="loan_contract",
        label="贷款合同登记内容",
        model=Loan,
        facts=("contract_number", "contract_amount", "signed_on", "available_until", "matures_on"),
        keepers=LENDERS,
        clause="FP 1.6.3",
        days={"signed_on": HAPPENED, "available_until": ENDS, "matures_on": ENDS},
        may=_lends,
        scope=scope_of,
        check=_check_contract,
        settle=_settle_contract,
    ),
    Correctable(
        name="guarantee",
        label="担保登记",
        model=Guarantee,
        facts=("guarantor", "number", "fee_rate", "is_batch_scheme"),
        keepers=LENDERS,
        clause="FP 1.5.2(1)",
        step="put-guarantee-right",
        choices={"guarantor": guarantors},
        may=_lends,
        scope=lambda row: scope_of(row.loan),
        check=_check_guarantee,
    ),
    Correctable(
        name="use_check",
        label="资金用途检查",
        model=UseOfFundsCheck,
        facts=("checked_on", "is_misuse", "misuse_from", "finding"),
        keepers=(InstitutionKind.BANK,),
        clause="FP 1.6.3",
        days={"checked_on": HAPPENED, "misuse_from": HAPPENED},
        may=lambda member, row: member.institution_id == row.loan.bank_id,
        scope=lambda row: scope_of(row.loan),
        check=_check_use_check,
        settle=_settle_use_check,
    ),
)
register_rest("loan_contract", movements_of_contract)
