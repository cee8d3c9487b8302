"""The steps of a year's response rates and of objections to them. See ``common.transitions``. Source: FP 1.6.5; D43."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from reporting.enums import ObjectionState, Ruling, Verdict, YearState


class RateParty(models.TextChoices):
    """A party to the statistics of response rates."""

    CITY_INDUSTRY = "city_industry", "市工信局"
    FUND_MANAGER = "fund_manager", "基金管理人(信托公司)"
    BANK = "bank", "合作银行"


CITY, MANAGER, BANK = (party.value for party in RateParty)
CLAUSE = "FP 1.6.5, D43"
ANSWER = (
    Question(name="verdict", label="处理结果", kind=AnswerKind.CHOICE, choices=tuple(Verdict.choices)),
    Question(
        name="ruled_as",
        label="调整为",
        kind=AnswerKind.CHOICE,
        choices=tuple(Ruling.choices),
        required=False,
        hint="予以调整的须选择；维持原结果的不选。",
    ),
    Question(name="answer", label="答复", kind=AnswerKind.TEXT, max_length=2000, hint="银行会看到答复，请写明事实和依据。"),
)
REASON = Question(name="reason", label="理由", kind=AnswerKind.TEXT, max_length=2000)

YEAR_STEPS = (
    Transition(
        name="sign_trust",
        label="签署报送信托统计",
        sources=(YearState.RUNNING,),
        target=YearState.TRUST_SIGNED,
        who=(MANAGER,),
        signer=Signer.CHECKER,
        clause=CLAUSE,
        verb="response_year.trust_signed",
        tone="main",
        sentence="信托服务模式的响应率由基金管理人统计，签署后报市工信局。年度内提交的申请全部期满后方可签署。",
    ),
    Transition(
        name="publish",
        label="发送银行核对",
        sources=(YearState.RUNNING, YearState.TRUST_SIGNED),
        target=YearState.DISPUTED,
        who=(CITY,),
        clause=CLAUSE,
        verb="response_year.published",
        tone="main",
        sentence="各银行收到本行响应率和名次，可在核对期内提出异议。有信托服务模式申请的，须待基金管理人报送。",
    ),
    Transition(
        name="lock",
        label="锁定年度响应率",
        sources=(YearState.DISPUTED,),
        target=YearState.LOCKED,
        who=(CITY,),
        signer=Signer.SECOND,
        clause=CLAUSE,
        verb="response_year.locked",
        tone="main",
        sentence="核对期满、异议全部办结后锁定：申请明细和结果连同摘要固定留存，此后任何补录不再改变该年度结果。",
    ),
)
YEAR_STEP = by_name(YEAR_STEPS)

OBJECTION_STEPS = (
    Transition(
        name="withdraw",
        label="撤回响应率异议",
        sources=(ObjectionState.FILED,),
        target=ObjectionState.WITHDRAWN,
        who=(BANK,),
        clause=CLAUSE,
        verb="rate_objection.withdrawn",
    ),
    Transition(
        name="propose",
        label="拟定异议答复",
        sources=(ObjectionState.FILED,),
        target=ObjectionState.PROPOSED,
        who=(CITY,),
        clause=CLAUSE,
        verb="rate_objection.answer_proposed",
        asks=ANSWER,
        tone="main",
    ),
    Transition(
        name="send_back",
        label="退回异议答复",
        sources=(ObjectionState.PROPOSED,),
        target=ObjectionState.FILED,
        who=(CITY,),
        signer=Signer.SECOND,
        clause=CLAUSE,
        verb="rate_objection.sent_back",
        asks=(REASON,),
        tone="danger",
    ),
    Transition(
        name="confirm",
        label="确认异议答复",
        sources=(ObjectionState.PROPOSED,),
        target=ObjectionState.ANSWERED,
        who=(CITY,),
        signer=Signer.SECOND,
        clause=CLAUSE,
        verb="rate_objection.answered",
        tone="main",
        sentence="由拟定人以外的复核人员确认；予以调整的，响应率随即按认定结果计算。",
    ),
)
OBJECTION_STEP = by_name(OBJECTION_STEPS)
