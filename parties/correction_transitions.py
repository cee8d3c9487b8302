"""The steps of a correction: proposed by one person, checked by another of the same house. See ``common.transitions``."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from parties.enums import CorrectionState


class CorrectionParty(models.TextChoices):
    """A party to a correction."""

    HOUSE = "house", "提出单位"


HOUSE = (CorrectionParty.HOUSE.value,)

CORRECTION_STEPS = (
    Transition(
        name="confirm",
        label="复核更正",
        sources=(CorrectionState.PROPOSED,),
        target=CorrectionState.CONFIRMED,
        who=HOUSE,
        clause="",
        verb="correction.confirmed",
        signer=Signer.SECOND,
        sentence="请按依据文件逐项核对更正前后的内容。复核通过后立即生效，原内容在更正事项中保留备查。经办和复核不得为同一人。",
        done="已复核，更正已生效；原内容保留备查。",
        tone="main",
    ),
    Transition(
        name="refuse",
        label="更正复核不通过",
        sources=(CorrectionState.PROPOSED,),
        target=CorrectionState.REFUSED,
        who=HOUSE,
        clause="",
        verb="correction.refused",
        signer=Signer.SECOND,
        asks=(Question(name="reason", label="理由", kind=AnswerKind.TEXT, max_length=500),),
        sentence="记录保持原样，提出人可重新提出。",
        tone="danger",
    ),
    Transition(
        name="take_back",
        label="撤回更正",
        sources=(CorrectionState.PROPOSED,),
        target=CorrectionState.TAKEN_BACK,
        who=HOUSE,
        clause="",
        verb="correction.taken_back",
        signer=Signer.WORKER,
        sentence="记录保持原样。",
    ),
)
CORRECTION_STEP = by_name(CORRECTION_STEPS)
