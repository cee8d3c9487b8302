"""
The steps of settlements, payments and objections: from where, where to, whose, by which clause. See ``common.transitions``.

Source: FP 1.6.4; D13, D35, D41.
"""

from django.db import models

from common.transitions import AnswerKind, ApiEndpoint, Question, Signer, Transition, by_name
from subsidy.enums import ObjectionState, PaymentState, ReconciliationState, SettlementState


class Party(models.TextChoices):
    """A party to a settlement, its payments and objections; which institution it means follows from the case."""

    CLAIMANT = "claimant", "银行(专项贷款)或基金管理人(信托服务)"
    SIDE = "side", "银行，信托服务为银行或基金管理人"
    CITY_INDUSTRY = "city_industry", "市工信局"
    CITY_TREASURY = "city_treasury", "市财政局"
    COUNTY = "county", "县级工信、财政部门"
    PAYER = "payer", "付款单位"
    SYSTEM = "system", "系统"


CLAIMANT, SIDE, CITY_INDUSTRY, CITY_TREASURY, COUNTY, PAYER, SYSTEM = (party.value for party in Party)
REPORT = "report"
REASON = Question(
    name="reason",
    label="理由",
    kind=AnswerKind.TEXT,
    max_length=2000,
    hint="对方单位会看到此理由，请写明依据和办法。",
    says="理由",
    example="计息天数有误，请重新计算。",
)
REMARK = Question(name="remark", label="说明", kind=AnswerKind.TEXT, max_length=2000, required=False)
REVISION = Question(
    name="sha256",
    label="版次摘要",
    kind=AnswerKind.DIGEST,
    says="所确认版次的 SHA-256，依据 D13",
    example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
FILING = (
    Question(name="record_number", label="备案号", max_length=60, says="市财政局的备案号", example="泉财金备〔2024〕17号"),
    Question(
        name="on",
        label="备案日期",
        kind=AnswerKind.DAY,
        required=False,
        hint="默认为今天。",
        says="备案日期，默认为今天",
        example="2024-04-08",
    ),
)
PAYING = (
    Question(name="paid_on", label="付款日期", kind=AnswerKind.DAY),
    Question(name="voucher", label="付款凭证号"),
)
ANSWER = Question(
    name="answer",
    label="答复意见",
    kind=AnswerKind.TEXT,
    max_length=2000,
    hint="县级部门会看到答复；异议成立的，请同时将结算退回重算。",
)

SETTLEMENT_STEPS = (
    Transition(
        name="confirm",
        label="确认结算",
        sources=(SettlementState.DRAFT,),
        target=SettlementState.CONFIRMED,
        who=(CLAIMANT,),
        clause="FP 1.6.4",
        verb="settlement.confirmed",
        asks=(REVISION,),
        sentence="确认针对页面所示版次的摘要；确认前如已重新计算，须重新查看后确认。",
        tone="main",
        endpoint=ApiEndpoint(
            scope=REPORT,
            says="确认 sha256 所指的版次。专项贷款由银行确认，信托服务由基金管理人确认。",
            clause="FP 1.6.4；D13、D35",
        ),
    ),
    Transition(
        name="review",
        label="审核通过",
        sources=(SettlementState.CONFIRMED,),
        target=SettlementState.REVIEWED,
        who=(CITY_INDUSTRY,),
        clause="FP 1.6.4",
        verb="settlement.reviewed",
        asks=(REMARK,),
        tone="main",
    ),
    Transition(
        name="send_back",
        label="退回重算",
        sources=(SettlementState.CONFIRMED, SettlementState.REVIEWED),
        target=SettlementState.DRAFT,
        who=(CITY_INDUSTRY, CITY_TREASURY, CLAIMANT),
        clause="FP 1.6.4; D13",
        verb="settlement.sent_back",
        asks=(REASON,),
        sentence="退回后重新计算为新版次，原版次保留。",
        tone="danger",
        endpoint=ApiEndpoint(
            scope=REPORT,
            says="市工信局审核前，确认单位可以退回；系统重新计算并生成新版次，旧版次保留。",
            clause="FP 1.6.4；D13",
        ),
    ),
    Transition(
        name="file",
        label="登记备案",
        sources=(SettlementState.REVIEWED,),
        target=SettlementState.FILED,
        who=(CLAIMANT, CITY_TREASURY),
        clause="FP 1.6.4; D13, D41",
        verb="settlement.filed",
        asks=FILING,
        sentence="备案后明细和金额不再变动，此后的补记在下一次结算中调整；各付款方的应付金额随之生成。",
        tone="main",
        endpoint=ApiEndpoint(
            scope=REPORT,
            says="市工信局审核后，登记向市财政局备案的备案号；此后明细不再改变。",
            clause="FP 1.6.4；D13、D41",
        ),
    ),
    Transition(
        name="finish",
        label="拨付完成",
        sources=(SettlementState.FILED,),
        target=SettlementState.PAID,
        who=(SYSTEM,),
        signer=Signer.NOBODY,
        clause="D41",
        verb="settlement.paid",
    ),
)
SETTLEMENT_STEP = by_name(SETTLEMENT_STEPS)

PAYMENT_STEPS = (
    Transition(
        name="record",
        label="登记付款",
        sources=(PaymentState.DUE,),
        target=PaymentState.RECORDED,
        who=(PAYER,),
        clause="FP 1.6.4; D41",
        verb="payment.recorded",
        asks=PAYING,
        sentence="登记后由本单位另一名复核人员复核，复核通过后记账。",
        tone="main",
    ),
    Transition(
        name="check_off",
        label="复核付款",
        sources=(PaymentState.RECORDED,),
        target=PaymentState.PAID,
        who=(PAYER,),
        signer=Signer.SECOND,
        clause="FP 1.6.4; D41",
        verb="payment.checked",
        sentence="请核对付款日期、凭证号和金额。经办和复核不得为同一人；复核通过即记账。",
        tone="main",
    ),
    Transition(
        name="return_to_maker",
        label="退回付款经办",
        sources=(PaymentState.RECORDED,),
        target=PaymentState.DUE,
        who=(PAYER,),
        signer=Signer.CHECKER,
        clause="D41",
        verb="payment.returned",
        asks=(REASON,),
        tone="danger",
    ),
)
PAYMENT_STEP = by_name(PAYMENT_STEPS)

OBJECTION_STEPS = (
    Transition(
        name="reply",
        label="答复异议",
        sources=(ObjectionState.OPEN,),
        target=ObjectionState.ANSWERED,
        who=(CITY_INDUSTRY,),
        clause="D41",
        verb="objection.answered",
        asks=(ANSWER,),
        tone="main",
    ),
    Transition(
        name="withdraw",
        label="撤回异议",
        sources=(ObjectionState.OPEN,),
        target=ObjectionState.WITHDRAWN,
        who=(COUNTY,),
        clause="D41",
        verb="objection.withdrawn",
        asks=(REMARK,),
    ),
)
OBJECTION_STEP = by_name(OBJECTION_STEPS)

RECONCILIATION_STEPS = (
    Transition(
        name="commit",
        label="确认入库",
        sources=(ReconciliationState.CHECKED,),
        target=ReconciliationState.COMMITTED,
        who=(SIDE,),
        clause="FP 1.6.4",
        verb="reconciliation.committed",
        event="settlement.figures_taken",
        tone="main",
    ),
)
RECONCILIATION_STEP = by_name(RECONCILIATION_STEPS)
