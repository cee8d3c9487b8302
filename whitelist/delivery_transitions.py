"""The steps of one announcement to one channel: from where, where to, whose. See ``common.transitions``. Source: FP 1.6.2."""

from django.db import models

from common.transitions import ApiEndpoint, Question, Signer, Transition, by_name
from parties.enums import InstitutionKind
from whitelist.enums import DeliveryState as State

KEEPERS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_SCIENCE, InstitutionKind.FUND_OFFICE)


class DeliveryParty(models.TextChoices):
    """A party to a delivery."""

    KEEPER = "keeper", "市工信局、市科技局、基金系统"
    RECEIVER = "receiver", "接收单位"
    JOB = "job", "定时任务"


KEEPER, RECEIVER, JOB = DeliveryParty
REFERENCE = Question(name="reference", label="对方回执号", max_length=100, says="本行回执号", example="HZ20240110001")

DELIVERY_STEPS = (
    Transition(
        name="mark_sent",
        label="推送",
        sources=(State.PENDING, State.SENT),
        target=State.SENT,
        who=(JOB, RECEIVER, KEEPER),
        clause="FP 1.6.2",
        verb="delivery.sent",
        signer=Signer.NOBODY,
    ),
    Transition(
        name="postpone",
        label="稍后再次推送",
        sources=(State.PENDING,),
        target=State.PENDING,
        who=(JOB,),
        clause="FP 1.6.2",
        signer=Signer.NOBODY,
    ),
    Transition(
        name="give_up",
        label="推送失败",
        sources=(State.PENDING,),
        target=State.FAILED,
        who=(JOB,),
        clause="FP 1.6.2",
        verb="delivery.given_up",
        signer=Signer.NOBODY,
    ),
    Transition(
        name="acknowledge",
        label="确认收到白名单推送",
        sources=(State.PENDING, State.SENT, State.FAILED),
        target=State.ACKNOWLEDGED,
        who=(RECEIVER, KEEPER),
        clause="FP 1.6.2",
        verb="delivery.acknowledged",
        asks=(REFERENCE,),
        endpoint=ApiEndpoint(scope="decide", says="以本行回执号确认；同一回执号重复确认不变。", clause="FP 1.6.2(1)、FP 1.6.2(2)"),
    ),
    Transition(
        name="send_again",
        label="重新推送",
        sources=(State.SENT, State.FAILED),
        target=State.PENDING,
        who=(KEEPER,),
        clause="FP 1.6.2",
        verb="delivery.sent_again",
    ),
)
DELIVERY_STEP = by_name(DELIVERY_STEPS)
