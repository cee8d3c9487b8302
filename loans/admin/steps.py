"""The steps of applications and loans, an application's as ``loans.application_transitions`` says."""

from collections.abc import Callable
from typing import Any

from common.admin.forms import StepForm
from common.admin.steps import Step, StepContext, StepPermission, allowed_for, states
from common.admin.transition_forms import by_tone, form_asking, offered
from common.transitions import Transition, verb_labels
from loans.access import is_lender, parties_of
from loans.admin import forms
from loans.application_transitions import APPLICATION_STEP, APPLICATION_STEPS
from loans.enums import ApplicationState, MovementKind
from loans.models import Application, Loan
from loans.movement_steps import MOVEMENT_STEPS, MovementStep, NewMovement
from loans.proposal_transitions import PROPOSAL_STEP, PROPOSAL_STEPS
from loans.services.applications import revise_draft
from loans.services.contracts import record_guarantee
from loans.services.movements.batch import NewReversal
from loans.services.proposals import confirm_proposals, propose_movements, propose_reversals, refuse_proposal
from loans.services.step_services import APPLICATION_SERVICES
from loans.services.use_of_funds import record_use_check
from parties.admin.second_person import by_another
from parties.enums import InstitutionKind
from parties.models import Member

State = ApplicationState
WORKERS = StepPermission()


def _on_application(service: Callable[..., Any]) -> Callable[[StepContext], Any]:
    """Return the call of a service on one application, with what was answered."""
    return lambda context: service(application_id=context.obj.public_id, **context.answers)


def _takes_part(row: Transition) -> Callable[[Member, Application], bool]:
    """Return whether a member takes part in the case as one to whom the table gives the step."""
    return lambda member, application: bool(parties_of(member, application).intersection(row.who))


def _offered(row: Transition) -> Step:
    return offered(
        row,
        who=WORKERS,
        may=_takes_part(row),
        run=_on_application(APPLICATION_SERVICES[row.name].run),
        base=forms.BEGINS_WITH.get(row.name, StepForm),
    )


REVISE = Step(
    name="revise",
    label="修改草稿",
    who=allowed_for(InstitutionKind.BANK, InstitutionKind.COUNTY_INDUSTRY),
    may=_takes_part(APPLICATION_STEP["submit"]),
    states=states(State.DRAFT),
    form=forms.ReviseForm,
    run=_on_application(revise_draft),
)
CASE_STEPS = (*by_tone(_offered(row) for row in APPLICATION_STEPS if row.is_taken), REVISE)


def _is_lenders(member: Member, loan: Loan) -> bool:
    return is_lender(member, mode=loan.mode, bank_id=loan.bank_id)


def _propose(kind: MovementKind) -> Callable[[StepContext], Any]:
    def run(context: StepContext) -> Any:
        said = {name: value for name, value in context.given.items() if value is not None}
        item = NewMovement(loan_id=context.obj.public_id, **said)
        return propose_movements([item], kind=kind, actor=context.member, at=context.at)[0]

    return run


def _reverse(context: StepContext) -> Any:
    item = NewReversal(
        movement_id=context.given["movement"].public_id, bank_reference=context.given["bank_reference"], reason=context.given["reason"]
    )
    return propose_reversals([item], actor=context.member, at=context.at)[0]


def _guarantee(context: StepContext) -> Any:
    given = dict(context.given)
    guarantor = given.pop("guarantor")
    return record_guarantee(loan_id=context.obj.public_id, guarantor_id=guarantor.public_id, actor=context.member, at=context.at, **given)


CAN_MOVE: dict[MovementKind, Callable[[Loan], bool]] = {
    MovementKind.DRAWDOWN: lambda loan: loan.drawn < loan.contract_amount,
    MovementKind.REPAYMENT: lambda loan: loan.outstanding > 0,
    MovementKind.OVERDUE: lambda loan: loan.performing > 0,
    MovementKind.CURE: lambda loan: loan.overdue > 0,
}


def _movement_step(row: MovementStep) -> Step:
    return Step(
        name=row.kind.value,
        label=row.label,
        who=WORKERS,
        may=_is_lenders,
        when=CAN_MOVE[row.kind],
        form=form_asking(row.asks, name=row.kind, base=forms.MovementBegins),
        run=_propose(row.kind),
        clause=row.clause,
        done="已提交复核，由本单位复核人员确认后入账。",
        sentence="提交后由本单位另一名人员复核，复核通过后入账；余额和额度在复核时核对。",
        tone=row.tone,
    )


LOAN_STEPS = (
    *map(_movement_step, MOVEMENT_STEPS),
    Step(
        name="guarantee",
        label="登记担保",
        who=WORKERS,
        may=_is_lenders,
        when=lambda loan: loan.category == "rd" and loan.security == "credit" and loan.mode == "special",
        form=forms.GuaranteeForm,
        run=_guarantee,
        clause="FP 1.5.2(1)",
    ),
    Step(
        name="use-check",
        label="登记资金用途检查",
        who=allowed_for(InstitutionKind.BANK),
        may=lambda member, loan: member.institution_id == loan.bank_id,
        when=lambda loan: loan.drawn > 0,
        form=forms.UseCheckForm,
        run=lambda context: record_use_check(loan_id=context.obj.public_id, actor=context.member, at=context.at, **context.given),
        clause="FP 1.6.3",
    ),
    Step(
        name="reversal",
        label="冲正",
        who=WORKERS,
        may=_is_lenders,
        when=lambda loan: loan.first_drawdown_on is not None,
        form=forms.ReversalForm,
        run=_reverse,
        done="冲正已提交复核。",
        sentence="冲正按原起息日冲回，原记录保留；须经复核。",
        tone="danger",
    ),
)


def _may_check(member: Member, proposal: Any) -> bool:
    return member.institution_id == proposal.made_by.institution_id


def _confirm(context: StepContext) -> Any:
    proposals = context.obj if isinstance(context.obj, list) else [context.obj]
    return confirm_proposals([one.public_id for one in proposals], actor=context.member, at=context.at)


def _refuse(context: StepContext) -> Any:
    return refuse_proposal(proposal_id=context.obj.public_id, **context.answers)


CONFIRM = offered(PROPOSAL_STEP["confirm"], who=WORKERS, may=_may_check, fits=by_another(), run=_confirm)
REFUSE = offered(PROPOSAL_STEP["refuse"], who=WORKERS, may=_may_check, fits=by_another(), run=_refuse)
VERBS: dict[str, str] = {
    "intent.recorded": "登记合作意向",
    "application.drafted": "起草申请",
    "application.revised": "修改草稿",
    **verb_labels(APPLICATION_STEPS),
    "loan.signed": "签约",
    "loan.guaranteed": "登记担保",
    "loan.proposed": "提交复核",
    **verb_labels(PROPOSAL_STEPS),
    "loan.use_checked": "资金用途检查",
    "loan.subsidy_stopped": "停止贴息",
    "loan.subsidy_stop_put_right": "停止贴息日更正",
    "loan.first_drawdown_fixed": "首次放款核定利率和归属",
    "loan.return_rate_fixed_anew": "回报利率重新核定",
    **{f"loan.{kind.value}": kind.label for kind in MovementKind},
    "quota.set": "登记银行额度",
    "quota.ended": "终止银行额度",
    "return_rate.reached_running_loans": "回报利率适用于存量贷款",
}
