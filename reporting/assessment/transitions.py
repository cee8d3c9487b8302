"""The steps of a decision on a bank's part in the fund. See ``common.transitions``. Source: FP 2.2.1, FP 2.2.2; D9, D45."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from reporting.enums import DecisionState


class AssessmentParty(models.TextChoices):
    """A party to a decision on a bank's part."""

    CITY_INDUSTRY = "city_industry", "市工信局"


CITY = AssessmentParty.CITY_INDUSTRY.value
REASON = Question(name="reason", label="理由", kind=AnswerKind.TEXT, max_length=2000)

DECISION_STEPS = (
    Transition(
        name="confirm",
        label="确认参与资格决定",
        sources=(DecisionState.PROPOSED,),
        target=DecisionState.CONFIRMED,
        who=(CITY,),
        signer=Signer.SECOND,
        clause="FP 2.2, D9, D45",
        verb="participation_decision.confirmed",
        tone="main",
        sentence=(
            "确认后自生效日起：取消的，该银行在两种模式均不得登记意向、受理申请和核定额度，此前提交的申请和存续贷款继续办理，有关企业收到通知；"
            "恢复的，可重新登记参与期间和额度。"
        ),
    ),
    Transition(
        name="send_back",
        label="退回参与资格决定",
        sources=(DecisionState.PROPOSED,),
        target=DecisionState.SENT_BACK,
        who=(CITY,),
        signer=Signer.SECOND,
        clause="FP 2.2, D9, D45",
        verb="participation_decision.sent_back",
        asks=(REASON,),
        tone="danger",
    ),
)
DECISION_STEP = by_name(DECISION_STEPS)
