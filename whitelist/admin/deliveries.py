"""The outbox of publications: what was sent where, and sending it again."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.forms import StepForm
from common.admin.panels import facts
from common.admin.steps import Step, allowed_for
from common.admin.transition_forms import offered
from common.admin.visible import VisibleAdmin
from parties.enums import InstitutionKind
from parties.models import Member
from whitelist.delivery_transitions import DELIVERY_STEP, KEEPERS
from whitelist.models import Delivery
from whitelist.selectors.announcing import deliveries_visible_to
from whitelist.services.delivering import acknowledge, export_delivery, send_again

SEEN_BY = frozenset(InstitutionKind.values) - {
    InstitutionKind.GUARANTOR, InstitutionKind.CONTRIBUTOR, InstitutionKind.COUNTY_INDUSTRY, InstitutionKind.COUNTY_TREASURY,
}  # fmt: skip


class FormatForm(StepForm):
    """The form of a file."""

    file_format = forms.ChoiceField(label="文件格式", choices=[("xlsx", "Excel（xlsx）"), ("json", "JSON")])


KEEPERS_ONLY = allowed_for(*KEEPERS)
RECEIVERS = allowed_for(*KEEPERS, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER)
EXPORT = Step(
    name="export",
    label="导出文件",
    who=RECEIVERS,
    form=FormatForm,
    run=lambda context: export_delivery(delivery_id=context.obj.public_id, **context.answers),
    clause="FP 1.6.2",
    sentence="供没有网络接口的渠道使用；记录导出人、时间和文件校验值。",
)
STEPS = (
    offered(
        DELIVERY_STEP["acknowledge"],
        who=RECEIVERS,
        run=lambda context: acknowledge(delivery_id=context.obj.public_id, **context.answers),
    ),
    offered(
        DELIVERY_STEP["send_again"],
        who=KEEPERS_ONLY,
        run=lambda context: send_again(delivery_id=context.obj.public_id, **context.answers),
    ),
    EXPORT,
)


def deliveries_listed(member: Member) -> QuerySet[Delivery]:
    """Return what the member may follow."""
    return deliveries_visible_to(member)


@admin.register(Delivery)
class DeliveryAdmin(VisibleAdmin):
    """Deliveries by their state."""

    visible_to = staticmethod(deliveries_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        Column("渠道", lambda one: one.channel.name, order="channel__name", name="channel"),
        Column("内容", lambda one: one.announcement, name="announcement"),
        Column("批次", lambda one: one.announcement.batch, name="batch"),
        "state",
        "attempts",
        "sent_at",
        "acknowledged_at",
    )
    list_filter = ("state", "channel", "announcement__kind")
    ordering = ("-id",)
    steps = STEPS

    def heading(self, case: Any) -> str:
        """Return channel and content."""
        return f"{case.channel} · {case.announcement}"

    def parts(self, request: HttpRequest, case: Delivery) -> list[Any]:
        """Return where the delivery stands."""
        return [
            facts(
                request, case, "推送", "channel", "announcement__kind", "announcement__batch", "announcement__entry_count",
                "announcement__sha256", "attempts", "next_attempt_at", "sent_at", "reference", "acknowledged_at", "last_error",
                "exported_at",
                clause="FP 1.6.2",
            )
        ]  # fmt: skip
