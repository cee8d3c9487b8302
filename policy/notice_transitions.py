"""The steps of a notice of days off between the one who enters and the one who checks it. See ``common.transitions``."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from policy.enums import NoticeState as State


class NoticeParty(models.TextChoices):
    """A party to a proposed notice."""

    KEEPER = "keeper", "基金办、市工信局、市财政局"


KEEPER = (NoticeParty.KEEPER.value,)
REASON = Question(name="reason", label="理由", kind=AnswerKind.TEXT, max_length=300, hint="录入人会看到此理由，请写明哪一日有误。")

NOTICE_STEPS = (
    Transition(
        name="confirm",
        label="复核放假安排",
        sources=(State.WAITING,),
        target=State.CONFIRMED,
        who=KEEPER,
        signer=Signer.SECOND,
        clause="FP 1.6.3",
        verb="calendar.notice_confirmed",
        sentence="请对照通知原文逐日核对上列变化。复核通过即生效，受影响的未办结期限立即重算。录入和复核不得为同一人。",
        done="放假安排已生效，受影响的期限已重算。",
        tone="main",
    ),
    Transition(
        name="refuse",
        label="退回放假安排",
        sources=(State.WAITING,),
        target=State.REFUSED,
        who=KEEPER,
        signer=Signer.SECOND,
        clause="FP 1.6.3",
        verb="calendar.notice_refused",
        asks=(REASON,),
        tone="danger",
    ),
)
NOTICE_STEP = by_name(NOTICE_STEPS)
