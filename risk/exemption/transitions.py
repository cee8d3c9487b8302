"""The steps of a question of exemption: from where, where to, whose, by which clause. See ``common.transitions``. Source: FP 1.7."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from risk.enums import ExemptionState


class ExemptionParty(models.TextChoices):
    """A party to a question of exemption."""

    COMMITTEE = "committee", "本机构尽职免责委员会成员(未经办该笔贷款)"
    REGULATOR = "regulator", "监管部门"


CONCLUSION = (
    Question(name="is_diligent", label="已尽职", kind=AnswerKind.YES_NO),
    Question(name="is_gross_negligence", label="存在重大过错", kind=AnswerKind.YES_NO),
    Question(name="is_intent", label="存在故意", kind=AnswerKind.YES_NO),
    Question(name="opinion", label="结论意见", kind=AnswerKind.TEXT, max_length=2000),
)
FINDING = (
    Question(name="is_evidence_sufficient", label="证据充分", kind=AnswerKind.YES_NO),
    Question(name="finding", label="核查情况", kind=AnswerKind.TEXT, max_length=2000),
    Question(name="document_number", label="核查文号", max_length=60, required=False),
)

EXEMPTION_STEPS = (
    Transition(
        name="conclude",
        label="作出免责结论",
        sources=(ExemptionState.CHECKING,),
        target=ExemptionState.CONCLUDED,
        who=(ExemptionParty.COMMITTEE.value,),
        signer=Signer.SECOND,
        clause="FP 1.7",
        verb="exemption.concluded",
        asks=CONCLUSION,
        sentence="由未经办该笔贷款、也未发起核查的委员会成员作出；存在重大过错或故意的，不得认定为尽职免责。",
        tone="main",
    ),
    Transition(
        name="find",
        label="登记监管核查意见",
        sources=(ExemptionState.CONCLUDED,),
        target=ExemptionState.FOUND,
        who=(ExemptionParty.REGULATOR.value,),
        clause="FP 1.7",
        verb="exemption.found",
        asks=FINDING,
        sentence="监管核查与机构结论分别记录；两者均认定尽职、证据充分的，不纳入监管考核，仍计入基金坏账。",
        tone="main",
    ),
)
EXEMPTION_STEP = by_name(EXEMPTION_STEPS)
