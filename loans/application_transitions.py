"""
The steps of an application: from where, where to, whose, by which clause, what they ask for. See ``common.transitions``.

In trust mode the bank decides the credit and the fund manager signs. Source: FP 1.6.2(2), FP 1.6.3; D7, D35, D37.
"""

from django.db import models

from common.dates import ENDS
from common.transitions import AnswerKind, ApiEndpoint, Question, Signer, Transition, by_name
from loans.enums import APPROVED_NOT_CONTRACTED, AWAITING_DECISION, BEFORE_CONTRACT, RefusalReason
from loans.enums import ApplicationState as State


class Party(models.TextChoices):
    """A party to a case; which members it means follows from the case."""

    ENTERPRISE = "enterprise", "申请企业"
    BANK = "bank", "受理银行"
    COUNTY = "county", "所在县(市、区)工信部门"
    LENDER = "lender", "放款人(专项贷款为受理银行，信托服务为基金管理人)"
    JOB = "job", "定时任务"


ENTERPRISE, BANK, COUNTY, LENDER, JOB = Party
DECIDE = "decide"

LATE_REASON = Question(
    name="late_reason",
    label="补录理由",
    kind=AnswerKind.TEXT,
    required=False,
    max_length=500,
    hint="办理日期早于今天的须填写；登记日期和理由一并留痕。",
    says="补记理由；办理日期早于今天时必填，与补记日期一并留痕，依据 D7",
)
ON = Question(
    name="on",
    label="办理日期",
    kind=AnswerKind.DAY,
    required=False,
    hint="默认为今天；补录此前的办理请填写实际日期和补录理由。",
    says="办理日期，默认为今天；不得晚于今天，也不得早于上一步",
    example="2024-03-05",
)
DATED = (ON, LATE_REASON)
WITHDRAWAL = Question(
    name="reason", label="理由", kind=AnswerKind.TEXT, max_length=2000, hint="对方单位或企业会看到此理由，请写明依据和办法。"
)
WHAT = Question(
    name="what",
    label="需补充的材料",
    kind=AnswerKind.TEXT,
    max_length=2000,
    hint="企业会看到此内容。要求补充材料不中止30个工作日的计算。",
    says="需要补充的内容，企业可见",
    example="请补充近三个月的银行流水。",
)
ANSWER = Question(
    name="answer", label="补充情况", kind=AnswerKind.TEXT, required=False, max_length=2000, says="补充说明", example="已上传银行流水。"
)
APPROVED = Question(name="amount", label="批复金额", kind=AnswerKind.MONEY, says="批复金额，元；不超过申请金额", example="10000000.00")
REFUSAL = (
    Question(
        name="reason",
        label="不予批复原因",
        kind=AnswerKind.CHOICE,
        choices=tuple(RefusalReason.choices),
        says="原因代码",
        example="repayment_capacity",
    ),
    Question(
        name="remark",
        label="说明",
        kind=AnswerKind.TEXT,
        required=False,
        max_length=2000,
        hint="选择“其他”的须填写；企业会看到原因和说明。",
        says="说明，reason 为 other 时必填",
        example="经营现金流不足以覆盖本息。",
    ),
)
CONTRACT = (
    Question(name="contract_number", label="合同编号", says="合同编号，本行内不重复", example="HT2024-00031"),
    Question(
        name="contract_amount",
        label="合同金额",
        kind=AnswerKind.MONEY,
        says="合同金额，元；不超过批复金额",
        example="10000000.00",
    ),
    Question(
        name="signed_on",
        label="签约日期",
        kind=AnswerKind.DAY,
        required=False,
        hint="默认为今天。",
        says="签约日期，默认为今天",
        example="2024-04-01",
    ),
    Question(
        name="matures_on",
        label="到期日",
        kind=AnswerKind.DAY,
        days=ENDS,
        hint="不超过首次放款日起五年。",
        says="到期日，不晚于首次放款后 5 年，依据 FP 1.4.1",
        example="2029-04-01",
    ),
    Question(
        name="available_until",
        label="可提款至(不含)",
        kind=AnswerKind.DAY,
        days=ENDS,
        says="可提款期的结束日，当日起不能再放款，依据 D37",
        example="2025-04-01",
    ),
    LATE_REASON,
)

APPLICATION_STEPS = (
    Transition(
        name="submit",
        label="提交申请",
        sources=(State.DRAFT,),
        target=State.SUBMITTED,
        who=(ENTERPRISE, BANK, COUNTY),
        clause="FP 1.6.2(1), FP 1.6.3; D7",
        verb="application.submitted",
        tone="main",
        sentence="提交之日为第0日，次日起计算30个工作日；缺少材料的不能提交，代企业提交的须附企业委托书。",
        endpoint=ApiEndpoint(
            scope=DECIDE,
            whose="（代企业）",
            says="提交当日为第 0 天，起算 30 个工作日；缺少必填项或材料的不予提交。企业规模和适用政策自此固定。",
            clause="FP 1.6.2(1)、FP 1.6.3；D7、D29、D38",
        ),
    ),
    Transition(
        name="withdraw",
        label="撤回申请",
        sources=BEFORE_CONTRACT,
        target=State.WITHDRAWN,
        who=(ENTERPRISE,),
        clause="FP 1.6.3; D8",
        verb="application.withdrawn",
        asks=(WITHDRAWAL,),
        tone="danger",
    ),
    Transition(
        name="accept",
        label="受理",
        sources=(State.SUBMITTED,),
        target=State.ACCEPTED,
        who=(BANK,),
        clause="FP 1.6.2(1); D7",
        verb="application.accepted",
        asks=DATED,
        tone="main",
        endpoint=ApiEndpoint(scope=DECIDE, clause="FP 1.6.2(1)；D7"),
    ),
    Transition(
        name="ask_supplement",
        label="要求补充材料",
        sources=(State.SUBMITTED, State.ACCEPTED, State.UNDER_REVIEW),
        target=State.SUPPLEMENT,
        who=(BANK,),
        clause="FP 1.6.2(1); D7",
        verb="application.supplement_asked",
        asks=(WHAT, *DATED),
        endpoint=ApiEndpoint(scope=DECIDE, says="等待补充期间 30 个工作日继续计算。", clause="FP 1.6.2(1)；D7"),
    ),
    Transition(
        name="answer_supplement",
        label="提交补充材料",
        sources=(State.SUPPLEMENT,),
        target=State.ACCEPTED,
        who=(ENTERPRISE, BANK, COUNTY),
        clause="D7",
        verb="application.supplement_answered",
        asks=(ANSWER, *DATED),
        endpoint=ApiEndpoint(scope=DECIDE, whose="（代企业）", clause="D7"),
    ),
    Transition(
        name="begin_review",
        label="开始审查",
        sources=(State.SUBMITTED, State.ACCEPTED),
        target=State.UNDER_REVIEW,
        who=(BANK,),
        clause="FP 1.6.2(1)",
        verb="application.review_begun",
        asks=DATED,
        tone="main",
        endpoint=ApiEndpoint(scope=DECIDE, clause="FP 1.6.2(1)"),
    ),
    Transition(
        name="approve",
        label="批复同意",
        sources=(State.UNDER_REVIEW,),
        target=State.APPROVED,
        who=(BANK,),
        clause="FP 1.6.3; D7",
        verb="application.approved",
        asks=(APPROVED, *DATED),
        tone="main",
        sentence="批复时在锁定下核对项目或企业上限和银行额度，超过任何一项即不予批复。",
        endpoint=ApiEndpoint(
            scope=DECIDE,
            says="在项目（企业）各项限额和本行额度之内批复；超出的，errors 逐项列出剩余额度和条款。",
            clause="FP 1.2、FP 1.3、FP 1.6.3；D2、D3、D37、D40",
        ),
    ),
    Transition(
        name="refuse",
        label="不予批复",
        sources=AWAITING_DECISION,
        target=State.REFUSED,
        who=(BANK,),
        clause="FP 1.6.2(1), FP 1.6.3",
        verb="application.refused",
        asks=(*REFUSAL, *DATED),
        tone="danger",
        endpoint=ApiEndpoint(scope=DECIDE, says="原因代码必填，企业可见；选 other 的须写说明。", clause="FP 1.6.2(1)、FP 1.6.3"),
    ),
    Transition(
        name="meet_conditions",
        label="确认达到放款条件",
        sources=(State.APPROVED,),
        target=State.CONDITIONS_MET,
        who=(BANK,),
        clause="FP 2.2.1; D7",
        verb="application.conditions_met",
        asks=DATED,
        tone="main",
        sentence="此日期用于年度响应率考核。",
        endpoint=ApiEndpoint(scope=DECIDE, says="响应率以此日期计算。", clause="FP 2.2.1；D7"),
    ),
    Transition(
        name="contract",
        label="登记签约",
        sources=(State.CONDITIONS_MET,),
        target=State.CONTRACTED,
        who=(LENDER,),
        clause="FP 1.6.3; D35, D37",
        verb="application.contracted",
        asks=CONTRACT,
        tone="main",
        sentence="专项贷款由银行签约，信托服务由基金管理人签约。签约后生成贷款。",
        endpoint=ApiEndpoint(
            scope=DECIDE, says="申请成为贷款。专项贷款由银行签约，信托服务由基金管理人签约。", clause="FP 1.4.1、FP 1.6.3；D35、D37、D39"
        ),
    ),
    Transition(
        name="lapse",
        label="批复失效",
        sources=APPROVED_NOT_CONTRACTED,
        target=State.LAPSED,
        who=(JOB,),
        clause="D37",
        verb="application.lapsed",
        signer=Signer.NOBODY,
    ),
)
APPLICATION_STEP = by_name(APPLICATION_STEPS)
