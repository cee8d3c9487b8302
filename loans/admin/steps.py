"""The steps of applications and loans, offered by the guard table of ``loans.guards``."""

from collections.abc import Callable
from typing import Any

from common.admin import Do, ReasonForm, Step, StepForm, Who, by, states
from loans import services
from loans.access import is_lender, parties_of
from loans.admin import forms
from loans.enums import APPROVED_NOT_CONTRACTED, AWAITING_DECISION, ApplicationState, MovementKind, ProposalState, RefusalReason
from loans.guards import APPLICATION_GUARDS
from loans.models import Application, Loan
from loans.services import NewMovement, NewReversal
from parties.enums import InstitutionKind
from parties.models import Member

State = ApplicationState
WORKERS = Who()


def _guarded(step: str) -> Callable[[Member, Application], bool]:
    """Return whether a member takes part in the case as one to whom the guard table gives the step."""
    return lambda member, application: bool(parties_of(member, application).intersection(APPLICATION_GUARDS[step]))


def _on_application(service: Callable[..., Any]) -> Callable[[Do], Any]:
    """Return the call of a service on one application, with the day only where one was given."""

    def run(do: Do) -> Any:
        given = {name: value for name, value in do.given.items() if not (name == "on" and value is None)}
        return service(application_id=do.obj.public_id, actor=do.member, at=do.at, **given)

    return run


def _refuse(do: Do) -> Any:
    given = dict(do.given)
    reason = RefusalReason(given.pop("reason"))
    if given["on"] is None:
        del given["on"]
    return services.refuse_application(application_id=do.obj.public_id, reason=reason, actor=do.member, at=do.at, **given)


def _case_step(
    name: str, label: str, service: Callable[..., Any] | None, form: type[StepForm], *allowed: str, tone: str = "plain", **options: Any
) -> Step:
    run = options.pop("run", None) or _on_application(service)  # type: ignore[arg-type]
    return Step(
        name=name.replace("_", "-"),
        label=label,
        who=WORKERS,
        may=_guarded(name),
        states=states(*allowed),
        form=form,
        run=run,
        tone=tone,
        **({"clause": "FP 1.6.3"} | options),
    )


CAPS = "批复时在锁定下核对项目或企业上限和银行额度，超过任何一项即不予批复。"
CASE_STEPS = (
    _case_step(
        "submit", "提交申请", services.submit_application, StepForm, State.DRAFT, tone="main",
        sentence="提交之日为第0日，次日起计算30个工作日；缺少材料的不能提交，代企业提交的须附企业委托书。",
    ),
    _case_step("accept", "受理", services.accept_application, forms.DatedForm, State.SUBMITTED, State.SUPPLEMENT, tone="main"),
    _case_step(
        "begin_review", "开始审查", services.begin_review, forms.DatedForm, State.SUBMITTED, State.ACCEPTED, tone="main",
    ),
    _case_step("approve", "批复同意", services.approve_application, forms.ApproveForm, State.UNDER_REVIEW, tone="main", sentence=CAPS),
    _case_step(
        "meet_conditions", "确认达到放款条件", services.meet_conditions, forms.DatedForm, State.APPROVED, tone="main", clause="FP 2.2.1",
        sentence="此日期用于年度响应率考核。",
    ),
    _case_step(
        "contract", "登记签约", services.sign_contract, forms.ContractForm, State.CONDITIONS_MET, tone="main",
        sentence="专项贷款由银行签约，信托服务由基金管理人签约。签约后生成贷款。",
    ),
    _case_step(
        "ask_supplement", "要求补充材料", services.ask_supplement, forms.SupplementForm, State.SUBMITTED, State.ACCEPTED,
        State.UNDER_REVIEW,
    ),
    _case_step("answer_supplement", "登记补充材料", services.answer_supplement, forms.AnswerForm, State.SUPPLEMENT),
    _case_step("refuse", "不予批复", None, forms.RefuseForm, *AWAITING_DECISION, tone="danger", run=_refuse, clause="FP 1.6.2(1)"),
    _case_step(
        "withdraw", "撤回申请", services.withdraw_application, ReasonForm, State.DRAFT, *AWAITING_DECISION, *APPROVED_NOT_CONTRACTED,
        tone="danger",
    ),
    Step(
        name="revise",
        label="修改草稿",
        who=by(InstitutionKind.BANK, InstitutionKind.COUNTY_INDUSTRY),
        may=_guarded("submit"),
        states=states(State.DRAFT),
        form=forms.ReviseForm,
        run=_on_application(services.revise_draft),
    ),
)  # fmt: skip


def _is_lenders(member: Member, loan: Loan) -> bool:
    return is_lender(member, mode=loan.mode, bank_id=loan.bank_id)


def _propose(kind: MovementKind) -> Callable[[Do], Any]:
    def run(do: Do) -> Any:
        item = NewMovement(loan_id=do.obj.public_id, **do.given)
        return services.propose_movements([item], kind=kind, actor=do.member, at=do.at)[0]

    return run


def _reverse(do: Do) -> Any:
    item = NewReversal(movement_id=do.given["movement"].public_id, bank_reference=do.given["bank_reference"], reason=do.given["reason"])
    return services.propose_reversals([item], actor=do.member, at=do.at)[0]


def _guarantee(do: Do) -> Any:
    given = dict(do.given)
    guarantor = given.pop("guarantor")
    return services.record_guarantee(loan_id=do.obj.public_id, guarantor_id=guarantor.public_id, actor=do.member, at=do.at, **given)


def _movement_step(kind: MovementKind, label: str, *, tone: str = "plain", **options: Any) -> Step:
    return Step(
        name=kind.value,
        label=label,
        who=WORKERS,
        may=_is_lenders,
        form=forms.MovementForm,
        run=_propose(kind),
        done="已提交复核，由本单位复核人员确认后入账。",
        sentence="提交后由本单位另一名人员复核，复核通过后入账；余额和额度在复核时核对。",
        tone=tone,
        **options,
    )


LOAN_STEPS = (
    _movement_step(MovementKind.DRAWDOWN, "登记放款", tone="main", clause="FP 1.6.3", when=lambda loan: loan.drawn < loan.contract_amount),
    _movement_step(MovementKind.REPAYMENT, "登记还本", when=lambda loan: loan.performing + loan.overdue > 0),
    _movement_step(MovementKind.OVERDUE, "登记逾期", when=lambda loan: loan.performing > 0),
    _movement_step(MovementKind.CURE, "登记逾期转正常", when=lambda loan: loan.overdue > 0),
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
        who=by(InstitutionKind.BANK),
        may=lambda member, loan: member.institution_id == loan.bank_id,
        when=lambda loan: loan.drawn > 0,
        form=forms.UseCheckForm,
        run=lambda do: services.record_use_check(loan_id=do.obj.public_id, actor=do.member, at=do.at, **do.given),
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


def _confirm(do: Do) -> Any:
    proposals = do.obj if isinstance(do.obj, list) else [do.obj]
    return services.confirm_proposals([one.public_id for one in proposals], actor=do.member, at=do.at)


CONFIRM = Step(
    name="confirm",
    label="复核通过",
    who=Who(),
    may=_may_check,
    states=states(ProposalState.WAITING),
    run=_confirm,
    sentence="复核通过即入账。经办和复核不得为同一人。",
    tone="main",
)
REFUSE = Step(
    name="refuse",
    label="复核不通过",
    who=Who(),
    may=_may_check,
    states=states(ProposalState.WAITING),
    form=ReasonForm,
    run=lambda do: services.refuse_proposal(proposal_id=do.obj.public_id, reason=do.given["reason"], actor=do.member, at=do.at),
    tone="danger",
)
VERBS: dict[str, str] = {
    "intent.recorded": "登记合作意向",
    "application.drafted": "起草申请",
    "application.revised": "修改草稿",
    "application.lapse": "批复失效",
    **{f"application.{step.name.replace('-', '_')}": step.label for step in CASE_STEPS},
    "loan.signed": "签约",
    "loan.guaranteed": "登记担保",
    "loan.proposed": "提交复核",
    "loan.proposal_refused": "复核不通过",
    "loan.use_checked": "资金用途检查",
    "loan.subsidy_stopped": "停止贴息",
    "loan.first_drawdown_fixed": "首次放款核定利率和归属",
    "loan.return_rate_fixed_anew": "回报利率重新核定",
    **{f"loan.{kind.value}": kind.label for kind in MovementKind},
    "quota.set": "登记银行额度",
    "return_rate.reached_running_loans": "回报利率适用于存量贷款",
}
