"""The steps of a change of rights: from where, where to, whose. See ``common.transitions``. Source: architecture, who may."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from parties.enums import RightsState as State


class RightsParty(models.TextChoices):
    """A party to a change of rights."""

    PROPOSER = "proposer", "本单位管理人员或系统管理员"
    CONFIRMER = "confirmer", "安全管理员(不得为提出人和本人)"
    SYSTEM = "system", "系统"


PROPOSER, CONFIRMER, SYSTEM = RightsParty
REASON = Question(name="reason", label="理由", kind=AnswerKind.TEXT, max_length=300, hint="提出人会看到此理由，请写明依据和办法。")

RIGHTS_STEPS = (
    Transition(
        name="confirm",
        label="确认生效",
        sources=(State.PROPOSED,),
        target=State.CONFIRMED,
        who=(CONFIRMER,),
        clause="",
        verb="rights.confirmed",
        sentence="请核对任职文件和变更内容。确认后立即生效；须交接密码或密钥的，交接码只在下一页显示一次，请当面或电话告知本人，不得告知提出人。",
        done="已确认，权限变更已生效。",
        tone="main",
    ),
    Transition(
        name="refuse",
        label="不予确认",
        sources=(State.PROPOSED,),
        target=State.REFUSED,
        who=(CONFIRMER,),
        clause="",
        verb="rights.refused",
        asks=(REASON,),
        tone="danger",
    ),
    Transition(
        name="withdraw",
        label="撤回权限事项",
        sources=(State.PROPOSED,),
        target=State.WITHDRAWN,
        who=(PROPOSER,),
        clause="",
        verb="rights.withdrawn",
    ),
    Transition(
        name="expire",
        label="权限事项过期",
        sources=(State.PROPOSED,),
        target=State.EXPIRED,
        who=(SYSTEM,),
        clause="",
        signer=Signer.NOBODY,
    ),
)
RIGHTS_STEP = by_name(RIGHTS_STEPS)
