"""The steps of a movement between maker and checker: from where, where to, whose. See ``common.transitions``."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from loans.enums import ProposalState as State


class ProposalParty(models.TextChoices):
    """A party to a proposed movement."""

    HOUSE = "house", "经办所在单位"


HOUSE = (ProposalParty.HOUSE.value,)
REASON = Question(
    name="reason", label="理由", kind=AnswerKind.TEXT, max_length=2000, hint="经办人员会看到此理由，请写明哪一项有误、应如何更正。"
)

PROPOSAL_STEPS = (
    Transition(
        name="confirm",
        label="复核通过",
        sources=(State.WAITING,),
        target=State.CONFIRMED,
        who=HOUSE,
        signer=Signer.SECOND,
        clause="FP 1.6.3",
        sentence="复核通过即入账。经办和复核不得为同一人。",
        tone="main",
    ),
    Transition(
        name="refuse",
        label="复核不通过",
        sources=(State.WAITING,),
        target=State.REFUSED,
        who=HOUSE,
        signer=Signer.SECOND,
        clause="FP 1.6.3",
        verb="loan.proposal_refused",
        asks=(REASON,),
        tone="danger",
    ),
)
PROPOSAL_STEP = by_name(PROPOSAL_STEPS)
