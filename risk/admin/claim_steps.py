"""The steps of a claim in both workflows, offered by the guard table of ``risk.guards``."""

from collections.abc import Callable
from typing import Any

from common.admin import Do, ReasonForm, Step, StepForm, Who, states
from parties.enums import Role
from parties.models import Member
from risk import services
from risk.access import parties_of
from risk.admin import forms
from risk.admin.shared import is_of_bank
from risk.enums import ENDED
from risk.guards import CHECKER_STEPS, CLAIM_GUARDS
from risk.models import Claim

WORKERS, CHECKERS = Who(), Who(roles=frozenset({Role.CHECKER}))


def _guarded(step: str) -> Callable[[Member, Claim], bool]:
    """Return whether a member takes part in the claim as one to whom the guard table gives the step."""
    return lambda member, claim: bool(parties_of(member, claim).intersection(CLAIM_GUARDS[step]))


def _run(service: Callable[..., Any]) -> Callable[[Do], Any]:
    """Return the call of a service on one claim with what the form gave."""
    return lambda do: service(claim_id=do.obj.public_id, actor=do.member, at=do.at, **do.given)


def _step(name: str, label: str, service: Callable[..., Any], form: type[StepForm] = StepForm, **options: Any) -> Step:
    """Return the step of a transition, offered in the states from which it leads."""
    return Step(
        name=name.replace("_", "-"),
        label=label,
        who=CHECKERS if name in CHECKER_STEPS else WORKERS,
        may=_guarded(name),
        states=states(*getattr(Claim, name)._django_fsm.transitions),
        form=form,
        run=_run(service),
        **({"clause": "FP 1.5"} | options),
    )


def _recover(do: Do) -> Any:
    return services.record_recovery(bad_debt_id=do.obj.bad_debt.public_id, actor=do.member, at=do.at, **do.given)


BOTH_RD = "FP 1.5.2(1), 1.5.2(2)"
CLAIM_STEPS = (
    _step("begin_review", "开始审核", services.begin_review, clause=BOTH_RD, tone="main"),
    _step(
        "accept", "审核通过", services.accept_claim, clause=BOTH_RD, tone="main",
        sentence="审核通过后由支付机构办理支付；专项贷款由担保公司支付，信托服务由市财政局办理。",
    ),
    _step("propose_loss", "申报无法收回的损失", services.propose_loss, forms.LossForm, clause="FP 1.5.1", tone="main",
          sentence="须已上传借款合同、放款凭证、追偿记录和法院或破产文书；由本行另一名复核人员复核认定。"),
    _step("certify", "复核认定损失", services.certify_loss, clause="FP 1.5.1", tone="main",
          sentence="请核对损失金额和文书。政府出资的，认定后按出资比例分担；政府未出资的，损失由银行承担。经办和复核不得为同一人。"),
    _step("supply", "提交补正", services.supply, clause=BOTH_RD, tone="main", sentence="补正材料先在坏账页面或本页“材料”中上传。"),
    _step("propose_payment", "提请支付", services.propose_payment, tone="main",
          sentence="提请后由本单位另一名复核人员复核，复核通过即进入该银行的支付队列。"),
    _step("release", "复核支付", services.release_payment, clause="FP 1.5.3", tone="main",
          sentence="复核通过后按可支付日期排队支付，支付时在锁定下核对熔断和补偿上限；超出上限的部分排队，待银行重新申请。"
          "经办和复核不得为同一人。"),
    _step("ask_supplement", "要求补正", services.ask_supplement, forms.SupplementForm, clause=BOTH_RD),
    Step(
        name="recover",
        label="登记追偿收回",
        who=WORKERS,
        may=lambda member, claim: is_of_bank(member, claim.bank_id),
        when=lambda claim: claim.state not in ENDED,
        form=forms.RecoveryForm,
        run=_recover,
        clause="FP 1.5.2(2)",
        sentence="登记后由本行另一名复核人员复核，复核通过才计入；已补偿的，按各方实际承担逐笔退回。",
        done="已登记，请由本行复核人员复核。",
    ),
    _step("send_back", "退回损失申报", services.send_back_loss, ReasonForm, clause="FP 1.5.1", tone="danger"),
    _step("return_payment", "退回支付经办", services.return_payment, ReasonForm, clause="FP 1.5.3", tone="danger"),
    _step("refuse", "不予补偿", services.refuse_claim, ReasonForm, clause=BOTH_RD, tone="danger",
          sentence="银行会看到理由，可补充后重新申请。"),
    _step("withdraw", "撤回申请", services.withdraw_claim, ReasonForm, tone="danger"),
    _step("close", "结案", services.close_claim, ReasonForm, tone="danger", sentence="追偿终结且应退回的款项已全部退回后结案。"),
)  # fmt: skip
