"""
The states of a claim and what each means; its steps: from where, where to, whose, by which clause, what they ask for.

See ``common.transitions``. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D16, D20, D37.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.db import models

from common.transitions import AnswerKind, ApiEndpoint, Question, Signer, State, Transition, by_name
from risk.enums import EvidenceKind


class ClaimParty(models.TextChoices):
    """A party to a claim; which members it means follows from the case."""

    BANK = "bank", "申请补偿的合作银行"
    REVIEWER = "reviewer", "审核机构（专项贷款为担保公司，信托服务为市工信局）"
    PAYER = "payer", "支付机构（专项贷款为担保公司，信托服务为市财政局）"
    SYSTEM = "system", "系统（付款或追偿的结果）"


BANK, REVIEWER, PAYER, SYSTEM = ((party.value,) for party in ClaimParty)


class ClaimPhase(StrEnum):
    """How far a claim is. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3."""

    PURSUIT = "pursuit"  # the loss is not certified, so nothing is shared yet
    EXAMINATION = "examination"
    PAYMENT = "payment"  # payable, not let go by two persons yet
    QUEUE = "queue"  # let go: waits for money in the bank's queue
    SETTLED = "settled"  # nothing is payable any more
    GIVEN_UP = "given_up"  # refused or withdrawn; the bank may claim anew


class ClaimState(models.TextChoices):
    """Where a claim stands. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D20, D37."""

    PURSUING = "pursuing", "追偿中（待认定损失）"
    CERTIFYING = "certifying", "损失认定待复核"
    FILED = "filed", "已提交"
    SUPPLEMENT = "supplement", "待补正"
    UNDER_REVIEW = "under_review", "审核中"
    PAYABLE = "payable", "待支付"
    RELEASING = "releasing", "支付待复核"
    QUEUED = "queued", "排队待支付"
    PART_PAID = "part_paid", "部分支付"
    PAID = "paid", "已付清"
    RECOVERING = "recovering", "追偿中"
    CLOSED = "closed", "已结案"
    REFUSED = "refused", "不予补偿"
    WITHDRAWN = "withdrawn", "已撤回"


_B, _R, _P = ClaimParty.BANK.value, ClaimParty.REVIEWER.value, ClaimParty.PAYER.value
CLAIM_STATES: Mapping[ClaimState, State] = {
    ClaimState.PURSUING: State(phase=ClaimPhase.PURSUIT),
    ClaimState.CERTIFYING: State(phase=ClaimPhase.PURSUIT, waits_for=_B, to_do="损失认定待复核", maker="proposed_by"),
    ClaimState.FILED: State(phase=ClaimPhase.EXAMINATION, waits_for=_R, to_do="补偿申请待审核"),
    ClaimState.SUPPLEMENT: State(phase=ClaimPhase.EXAMINATION, tone="warn", waits_for=_B, to_do="补偿申请待补正"),
    ClaimState.UNDER_REVIEW: State(phase=ClaimPhase.EXAMINATION, waits_for=_R, to_do="补偿申请待审核"),
    ClaimState.PAYABLE: State(phase=ClaimPhase.PAYMENT, waits_for=_P, to_do="补偿待提请支付"),
    ClaimState.RELEASING: State(phase=ClaimPhase.PAYMENT, waits_for=_P, to_do="补偿支付待复核", maker="payment_proposed_by"),
    ClaimState.QUEUED: State(phase=ClaimPhase.QUEUE, tone="warn"),
    ClaimState.PART_PAID: State(phase=ClaimPhase.QUEUE, tone="warn"),
    ClaimState.PAID: State(phase=ClaimPhase.SETTLED, tone="good"),
    ClaimState.RECOVERING: State(phase=ClaimPhase.SETTLED),
    ClaimState.CLOSED: State(phase=ClaimPhase.SETTLED, is_ended=True, tone="plain"),
    ClaimState.REFUSED: State(phase=ClaimPhase.GIVEN_UP, is_ended=True, tone="bad"),
    ClaimState.WITHDRAWN: State(phase=ClaimPhase.GIVEN_UP, is_ended=True, tone="plain"),
}


def states_in(*phases: ClaimPhase) -> tuple[ClaimState, ...]:
    """Return the states of these phases, in their order."""
    return tuple(state for state in ClaimState if CLAIM_STATES[state].phase in phases)


ENDED = tuple(state for state in ClaimState if CLAIM_STATES[state].is_ended)
BEFORE_LOSS = states_in(ClaimPhase.PURSUIT)
UNDER_EXAMINATION = states_in(ClaimPhase.EXAMINATION)
WAITING_FOR_MONEY = states_in(ClaimPhase.QUEUE)
TO_BE_PAID = states_in(ClaimPhase.PAYMENT, ClaimPhase.QUEUE)
SETTLED = states_in(ClaimPhase.SETTLED)
GIVEN_UP = states_in(ClaimPhase.GIVEN_UP)
SHARING = states_in(ClaimPhase.EXAMINATION, ClaimPhase.PAYMENT, ClaimPhase.QUEUE, ClaimPhase.SETTLED)  # what comes back lessens the loss
PARTIES, PAYERS_HOUSE = "parties", "payers_house"  # ways to tell a step, see ``risk.history``
BOTH_RD = "FP 1.5.2(1), FP 1.5.2(2)"
DECIDE, MONEY = "decide", "money"
GUARANTOR = "（担保公司）"

REASON = Question(
    name="reason",
    label="理由",
    kind=AnswerKind.TEXT,
    max_length=2000,
    hint="对方单位或企业会看到此理由，请写明依据和办法。",
    says="理由",
    example="借款人已恢复还款。",
)
WHAT = Question(
    name="what",
    label="需补正的内容",
    kind=AnswerKind.TEXT,
    max_length=2000,
    hint="银行会看到此内容。要求补正不中止审核期限。",
    says="需要补正的内容，银行可见",
    example="请补正最近一次催收记录。",
)
LOSS = (
    Question(name="amount", label="无法收回的本金损失", kind=AnswerKind.MONEY, says="不能收回的本金，元，依据 D16", example="6000000.00"),
    Question(
        name="evidence_kind",
        label="损失证据",
        kind=AnswerKind.CHOICE,
        choices=tuple(EvidenceKind.choices),
        says="损失证据，依据 FP 1.5.1",
        example="court",
    ),
    Question(name="evidence_number", label="文书编号", max_length=80, example="(2025)闽05执恢1号"),
)

CLAIM_STEPS = (
    Transition(
        name="ask_supplement",
        label="要求补正",
        sources=(ClaimState.FILED, ClaimState.UNDER_REVIEW),
        target=ClaimState.SUPPLEMENT,
        who=REVIEWER,
        clause=BOTH_RD,
        verb="claim.supplement_asked",
        disclosure=PARTIES,
        asks=(WHAT,),
        endpoint=ApiEndpoint(scope=DECIDE, whose=GUARANTOR, says="审核期限继续计算。", clause="FP 1.5.2(1)；D7、D37"),
    ),
    Transition(
        name="supply",
        label="提交补正",
        sources=(ClaimState.SUPPLEMENT,),
        target=ClaimState.FILED,
        who=BANK,
        clause=BOTH_RD,
        verb="claim.supplied",
        disclosure=PARTIES,
        tone="main",
        sentence="补正材料先在坏账页面或本页“材料”中上传。",
        endpoint=ApiEndpoint(
            scope=DECIDE, says="补正材料先上传到补偿申请。审核期限不因补正顺延。", clause="FP 1.5.2(1)、FP 1.5.2(2)；D7、D37"
        ),
    ),
    Transition(
        name="begin_review",
        label="开始审核",
        sources=(ClaimState.FILED,),
        target=ClaimState.UNDER_REVIEW,
        who=REVIEWER,
        clause=BOTH_RD,
        verb="claim.review_begun",
        disclosure=PARTIES,
        tone="main",
        endpoint=ApiEndpoint(scope=DECIDE, whose=GUARANTOR, clause="FP 1.5.2(1)；D37"),
    ),
    Transition(
        name="accept",
        label="审核通过",
        sources=(ClaimState.UNDER_REVIEW,),
        target=ClaimState.PAYABLE,
        who=REVIEWER,
        clause=BOTH_RD,
        verb="claim.accepted",
        disclosure=PARTIES,
        tone="main",
        sentence="审核通过后由支付机构办理支付；专项贷款由担保公司支付，信托服务由市财政局办理。",
        endpoint=ApiEndpoint(scope=DECIDE, whose=GUARANTOR, says="自今天起可支付。", clause="FP 1.5.2(1)；D20、D37"),
    ),
    Transition(
        name="refuse",
        label="不予补偿",
        sources=(ClaimState.UNDER_REVIEW,),
        target=ClaimState.REFUSED,
        who=REVIEWER,
        clause=BOTH_RD,
        verb="claim.refused",
        disclosure=PARTIES,
        asks=(REASON,),
        tone="danger",
        sentence="银行会看到理由，可补充后重新申请。",
        endpoint=ApiEndpoint(scope=DECIDE, whose=GUARANTOR, says="写明理由，银行可见；银行可再次申请。", clause="FP 1.5.2(1)；D37"),
    ),
    Transition(
        name="withdraw",
        label="撤回补偿申请",
        sources=(*UNDER_EXAMINATION, *BEFORE_LOSS),
        target=ClaimState.WITHDRAWN,
        who=BANK,
        clause="FP 1.5.3",
        verb="claim.withdrawn",
        disclosure=PARTIES,
        asks=(REASON,),
        tone="danger",
        endpoint=ApiEndpoint(scope=DECIDE, says="审核通过或损失认定之前可以撤回，此后可再次申请。"),
    ),
    Transition(
        name="propose_loss",
        label="提请认定损失",
        sources=(ClaimState.PURSUING,),
        target=ClaimState.CERTIFYING,
        who=BANK,
        clause="FP 1.5.1",
        verb="claim.loss_proposed",
        disclosure=PARTIES,
        asks=LOSS,
        tone="main",
        sentence="须已上传借款合同、放款凭证、追偿记录和法院或破产文书；由本行另一名复核人员复核认定。",
        endpoint=ApiEndpoint(
            scope=DECIDE,
            whose="（项目贷款）",
            says="写明不能收回的本金和法院或破产文书；须由本行复核人员在系统内复核认定。",
            clause="FP 1.5.1；D16",
        ),
    ),
    Transition(
        name="send_back",
        label="退回损失认定",
        sources=(ClaimState.CERTIFYING,),
        target=ClaimState.PURSUING,
        who=BANK,
        signer=Signer.CHECKER,
        clause="FP 1.5.1",
        verb="claim.loss_sent_back",
        disclosure=PARTIES,
        asks=(REASON,),
        tone="danger",
    ),
    Transition(
        name="certify",
        label="复核认定损失",
        sources=(ClaimState.CERTIFYING,),
        target=ClaimState.PAYABLE,
        who=BANK,
        signer=Signer.SECOND,
        clause="FP 1.5.1",
        verb="claim.loss_certified",
        disclosure=PARTIES,
        tone="main",
        sentence="请核对损失金额和文书。政府出资的，认定后按出资比例分担；政府未出资的，损失由银行承担。经办和复核不得为同一人。",
    ),
    Transition(
        name="certify_own_loss",
        label="复核认定损失（银行承担）",
        sources=(ClaimState.CERTIFYING,),
        target=ClaimState.RECOVERING,
        who=BANK,
        signer=Signer.SECOND,
        outcome_of="certify",
        clause="FP 1.5.1; D1",
        verb="claim.loss_certified",
        disclosure=PARTIES,
    ),
    Transition(
        name="propose_payment",
        label="提请支付",
        sources=(ClaimState.PAYABLE,),
        target=ClaimState.RELEASING,
        who=PAYER,
        clause="FP 1.5",
        verb="claim.payment_proposed",
        disclosure=PARTIES,
        tone="main",
        sentence="提请后由本单位另一名复核人员复核，复核通过即进入该银行的支付队列。",
        endpoint=ApiEndpoint(
            scope=MONEY,
            whose=GUARANTOR,
            says="提请支付可支付的补偿；须由本公司复核人员在系统内复核，复核后按队列和补偿上限支付。",
            clause="FP 1.5.2(1)、FP 1.5.3；D20",
        ),
    ),
    Transition(
        name="return_payment",
        label="退回支付经办",
        sources=(ClaimState.RELEASING,),
        target=ClaimState.PAYABLE,
        who=PAYER,
        signer=Signer.CHECKER,
        clause="FP 1.5.3",
        verb="claim.payment_returned",
        disclosure=PAYERS_HOUSE,
        asks=(REASON,),
        tone="danger",
    ),
    Transition(
        name="release",
        label="复核支付",
        sources=(ClaimState.RELEASING,),
        target=ClaimState.QUEUED,
        who=PAYER,
        signer=Signer.SECOND,
        clause="FP 1.5.3",
        verb="claim.payment_released",
        disclosure=PARTIES,
        tone="main",
        sentence="复核通过后按可支付日期排队支付，支付时在锁定下核对熔断和补偿上限；超出上限的部分排队，待银行重新申请。"
        "经办和复核不得为同一人。",
    ),
    Transition(
        name="pay_part",
        label="部分支付",
        sources=(ClaimState.QUEUED, ClaimState.PART_PAID),
        target=ClaimState.PART_PAID,
        who=SYSTEM,
        signer=Signer.NOBODY,
        clause="FP 1.5.3; D20",
        verb="claim.part_paid",
        disclosure=PARTIES,
    ),
    Transition(
        name="pay_off",
        label="付清",
        sources=(ClaimState.QUEUED, ClaimState.PART_PAID, ClaimState.PAYABLE, ClaimState.RELEASING),
        target=ClaimState.PAID,
        who=SYSTEM,
        signer=Signer.NOBODY,
        clause="FP 1.5.3; D20, D21",
        verb="claim.paid",
        disclosure=PARTIES,
    ),
    Transition(
        name="recover",
        label="进入追偿",
        sources=(ClaimState.PAID,),
        target=ClaimState.RECOVERING,
        who=SYSTEM,
        signer=Signer.NOBODY,
        clause="FP 1.5.2(2); D21",
        verb="claim.recovering",
        disclosure=PARTIES,
    ),
    Transition(
        name="close",
        label="结案",
        sources=(ClaimState.PAID, ClaimState.RECOVERING),
        target=ClaimState.CLOSED,
        who=BANK,
        clause="FP 1.5.1, FP 1.5.2(2)",
        verb="claim.closed",
        disclosure=PARTIES,
        asks=(REASON,),
        tone="danger",
        sentence="追偿终结且应退回的款项已全部退回后结案。",
        endpoint=ApiEndpoint(scope=DECIDE, says="追偿终结且应退回款项全部退回后结案。", clause="FP 1.5.1、FP 1.5.2(2)"),
    ),
)
CLAIM_STEP = by_name(CLAIM_STEPS)
