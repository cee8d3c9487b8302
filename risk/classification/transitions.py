"""What becomes of a suggested class: from where, where to, by whose act. See ``common.transitions``. Source: FP 1.5.3; D19."""

from django.db import models

from common.transitions import Signer, Transition, by_name
from risk.enums import SuggestionState as State


class SuggestionParty(models.TextChoices):
    """A party to a suggestion."""

    BANK = "bank", "银行(认定风险分类时)"
    JOB = "job", "定时任务"


CLOSED = "classification.suggestion_closed"

SUGGESTION_STEPS = (
    Transition(
        name="take",
        label="按建议调整",
        sources=(State.OPEN,),
        target=State.TAKEN,
        who=(SuggestionParty.BANK,),
        clause="FP 1.5.3; D19",
        verb=CLOSED,
        signer=Signer.NOBODY,
    ),
    Transition(
        name="overrule",
        label="银行另行认定",
        sources=(State.OPEN,),
        target=State.OVERRULED,
        who=(SuggestionParty.BANK,),
        clause="FP 1.5.3; D19",
        verb=CLOSED,
        signer=Signer.NOBODY,
    ),
    Transition(
        name="outdate",
        label="建议不再适用",
        sources=(State.OPEN,),
        target=State.OUTDATED,
        who=(SuggestionParty.JOB,),
        clause="FP 1.5.3; D19",
        verb=CLOSED,
        signer=Signer.NOBODY,
    ),
)
SUGGESTION_STEP = by_name(SUGGESTION_STEPS)
