"""The outbox of publications: what was sent where, and sending it again."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import Column, VisibleAdmin, facts
from parties.enums import InstitutionKind
from parties.models import Member
from whitelist.models import Delivery
from whitelist.selectors.announcing import deliveries_visible_to

SEEN_BY = frozenset(InstitutionKind.values) - {
    InstitutionKind.GUARANTOR, InstitutionKind.CONTRIBUTOR, InstitutionKind.COUNTY_INDUSTRY, InstitutionKind.COUNTY_TREASURY,
}  # fmt: skip


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
