"""The steps of a return of what others paid: from where, where to, whose, by which clause. See ``common.transitions``."""

from django.db import models

from common.transitions import AnswerKind, ApiEndpoint, Question, Signer, Transition, by_name
from risk.claims.transitions import MONEY, REASON
from risk.enums import ReturnState


class ReturnParty(models.TextChoices):
    """A party to a return."""

    BANK = "bank", "银行"


BANK = (ReturnParty.BANK.value,)
RETURNING = (
    Question(name="returned_on", label="退回日期", kind=AnswerKind.DAY, example="2025-03-07"),
    Question(name="voucher", label="付款凭证号", example="PZ20250307-7"),
)

RETURN_STEPS = (
    Transition(
        name="record",
        label="登记退回款项",
        sources=(ReturnState.DUE,),
        target=ReturnState.RECORDED,
        who=BANK,
        clause="FP 1.5.2(2); D21, D37",
        verb="return.recorded",
        asks=RETURNING,
        sentence="款项退回后登记日期和付款凭证号，由本行另一名复核人员复核后记账。",
        done="已登记，请由本行复核人员复核。",
        tone="main",
        endpoint=ApiEndpoint(
            scope=MONEY, says="登记退回的日期和付款凭证号；须由本行复核人员在系统内复核。", clause="FP 1.5.2(2)；D21、D37"
        ),
    ),
    Transition(
        name="check_off",
        label="复核退回款项",
        sources=(ReturnState.RECORDED,),
        target=ReturnState.PAID,
        who=BANK,
        signer=Signer.SECOND,
        clause="FP 1.5.2(2); D20, D21, D37",
        verb="return.checked",
        sentence="请核对退回日期、凭证号和金额。复核通过即记账，对应原补偿支付的凭证。经办和复核不得为同一人。",
        tone="main",
    ),
    Transition(
        name="send_back",
        label="退回款项经办",
        sources=(ReturnState.RECORDED,),
        target=ReturnState.DUE,
        who=BANK,
        signer=Signer.CHECKER,
        clause="D37",
        verb="return.sent_back",
        asks=(REASON,),
        tone="danger",
    ),
)
RETURN_STEP = by_name(RETURN_STEPS)
