"""
The steps of a claim: from where, where to, whose, by which clause, what they ask for. See ``common.transitions``.

Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D16, D20, D37.
"""

from django.db import models

from common.transitions import AnswerKind, ApiEndpoint, Question, Signer, Transition, by_name
from risk.enums import BEFORE_LOSS, UNDER_EXAMINATION, EvidenceKind
from risk.enums import ClaimState as State


class ClaimParty(models.TextChoices):
    """A party to a claim; which members it means follows from the case."""

    BANK = "bank", "申请补偿的合作银行"
    REVIEWER = "reviewer", "审核机构（专项贷款为担保公司，信托服务为市工信局）"
    PAYER = "payer", "支付机构（专项贷款为担保公司，信托服务为市财政局）"
    SYSTEM = "system", "系统（付款或追偿的结果）"


BANK, REVIEWER, PAYER, SYSTEM = ((party.value,) for party in ClaimParty)
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
        sources=(State.FILED, State.UNDER_REVIEW),
        target=State.SUPPLEMENT,
        who=REVIEWER,
        clause=BOTH_RD,
        verb="claim.supplement_asked",
        asks=(WHAT,),
        endpoint=ApiEndpoint(scope=DECIDE, whose=GUARANTOR, says="审核期限继续计算。", clause="FP 1.5.2(1)；D7、D37"),
    ),
    Transition(
        name="supply",
        label="提交补正",
        sources=(State.SUPPLEMENT,),
        target=State.FILED,
        who=BANK,
        clause=BOTH_RD,
        verb="claim.supplied",
        tone="main",
        sentence="补正材料先在坏账页面或本页“材料”中上传。",
        endpoint=ApiEndpoint(
            scope=DECIDE, says="补正材料先上传到补偿申请。审核期限不因补正顺延。", clause="FP 1.5.2(1)、FP 1.5.2(2)；D7、D37"
        ),
    ),
    Transition(
        name="begin_review",
        label="开始审核",
        sources=(State.FILED,),
        target=State.UNDER_REVIEW,
        who=REVIEWER,
        clause=BOTH_RD,
        verb="claim.review_begun",
        tone="main",
        endpoint=ApiEndpoint(scope=DECIDE, whose=GUARANTOR, clause="FP 1.5.2(1)；D37"),
    ),
    Transition(
        name="accept",
        label="审核通过",
        sources=(State.UNDER_REVIEW,),
        target=State.PAYABLE,
        who=REVIEWER,
        clause=BOTH_RD,
        verb="claim.accepted",
        tone="main",
        sentence="审核通过后由支付机构办理支付；专项贷款由担保公司支付，信托服务由市财政局办理。",
        endpoint=ApiEndpoint(scope=DECIDE, whose=GUARANTOR, says="自今天起可支付。", clause="FP 1.5.2(1)；D20、D37"),
    ),
    Transition(
        name="refuse",
        label="不予补偿",
        sources=(State.UNDER_REVIEW,),
        target=State.REFUSED,
        who=REVIEWER,
        clause=BOTH_RD,
        verb="claim.refused",
        asks=(REASON,),
        tone="danger",
        sentence="银行会看到理由，可补充后重新申请。",
        endpoint=ApiEndpoint(scope=DECIDE, whose=GUARANTOR, says="写明理由，银行可见；银行可再次申请。", clause="FP 1.5.2(1)；D37"),
    ),
    Transition(
        name="withdraw",
        label="撤回补偿申请",
        sources=(*UNDER_EXAMINATION, *BEFORE_LOSS),
        target=State.WITHDRAWN,
        who=BANK,
        clause="FP 1.5.3",
        verb="claim.withdrawn",
        asks=(REASON,),
        tone="danger",
        endpoint=ApiEndpoint(scope=DECIDE, says="审核通过或损失认定之前可以撤回，此后可再次申请。"),
    ),
    Transition(
        name="propose_loss",
        label="提请认定损失",
        sources=(State.PURSUING,),
        target=State.CERTIFYING,
        who=BANK,
        clause="FP 1.5.1",
        verb="claim.loss_proposed",
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
        sources=(State.CERTIFYING,),
        target=State.PURSUING,
        who=BANK,
        signer=Signer.CHECKER,
        clause="FP 1.5.1",
        verb="claim.loss_sent_back",
        asks=(REASON,),
        tone="danger",
    ),
    Transition(
        name="certify",
        label="复核认定损失",
        sources=(State.CERTIFYING,),
        target=State.PAYABLE,
        who=BANK,
        signer=Signer.SECOND,
        clause="FP 1.5.1",
        verb="claim.loss_certified",
        tone="main",
        sentence="请核对损失金额和文书。政府出资的，认定后按出资比例分担；政府未出资的，损失由银行承担。经办和复核不得为同一人。",
    ),
    Transition(
        name="certify_own_loss",
        label="复核认定损失（银行承担）",
        sources=(State.CERTIFYING,),
        target=State.RECOVERING,
        who=BANK,
        signer=Signer.SECOND,
        outcome_of="certify",
        clause="FP 1.5.1; D1",
        verb="claim.loss_certified",
    ),
    Transition(
        name="propose_payment",
        label="提请支付",
        sources=(State.PAYABLE,),
        target=State.RELEASING,
        who=PAYER,
        clause="FP 1.5",
        verb="claim.payment_proposed",
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
        sources=(State.RELEASING,),
        target=State.PAYABLE,
        who=PAYER,
        signer=Signer.CHECKER,
        clause="FP 1.5.3",
        verb="claim.payment_returned",
        asks=(REASON,),
        tone="danger",
    ),
    Transition(
        name="release",
        label="复核支付",
        sources=(State.RELEASING,),
        target=State.QUEUED,
        who=PAYER,
        signer=Signer.SECOND,
        clause="FP 1.5.3",
        verb="claim.payment_released",
        tone="main",
        sentence="复核通过后按可支付日期排队支付，支付时在锁定下核对熔断和补偿上限；超出上限的部分排队，待银行重新申请。"
        "经办和复核不得为同一人。",
    ),
    Transition(
        name="pay_part",
        label="部分支付",
        sources=(State.QUEUED, State.PART_PAID),
        target=State.PART_PAID,
        who=SYSTEM,
        signer=Signer.NOBODY,
        clause="FP 1.5.3; D20",
        verb="claim.part_paid",
    ),
    Transition(
        name="pay_off",
        label="付清",
        sources=(State.QUEUED, State.PART_PAID, State.PAYABLE, State.RELEASING),
        target=State.PAID,
        who=SYSTEM,
        signer=Signer.NOBODY,
        clause="FP 1.5.3; D20, D21",
        verb="claim.paid",
    ),
    Transition(
        name="recover",
        label="进入追偿",
        sources=(State.PAID,),
        target=State.RECOVERING,
        who=SYSTEM,
        signer=Signer.NOBODY,
        clause="FP 1.5.2(2); D21",
        verb="claim.recovering",
    ),
    Transition(
        name="close",
        label="结案",
        sources=(State.PAID, State.RECOVERING),
        target=State.CLOSED,
        who=BANK,
        clause="FP 1.5.1, FP 1.5.2(2)",
        verb="claim.closed",
        asks=(REASON,),
        tone="danger",
        sentence="追偿终结且应退回的款项已全部退回后结案。",
        endpoint=ApiEndpoint(scope=DECIDE, says="追偿终结且应退回款项全部退回后结案。", clause="FP 1.5.1、FP 1.5.2(2)"),
    ),
)
CLAIM_STEP = by_name(CLAIM_STEPS)
