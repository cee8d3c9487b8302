"""Publications: batches with their entries and deliveries."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import link_to, list_of, value_of
from common.admin.extension_points import acting_member
from common.admin.panels import table
from common.admin.visible import VisibleAdmin
from parties.models import Member
from whitelist.admin.entries import SEEN_BY
from whitelist.models import Batch, Entry
from whitelist.selectors.announcing import deliveries_visible_to
from whitelist.selectors.entries import batches_visible_to, entries_visible_to

SHOWN = 100


def batches_listed(member: Member) -> QuerySet[Batch]:
    """Return what the member sees, each with its number of entries."""
    return batches_visible_to(member).select_related("published_by__institution").annotate(entry_count=Count("entries"))


@admin.register(Batch)
class BatchAdmin(VisibleAdmin):
    """Batches, numbered per kind and year."""

    visible_to = staticmethod(batches_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        Column("批次", str, order="number", name="title"),
        "document_number",
        "published_on",
        Column("条目数", lambda one: one.entry_count, order="entry_count"),
    )
    shows = ("kind", "year", "number", "document_number", "published_on", "published_by")
    search_fields = ("document_number",)
    list_filter = ("kind", "year")
    date_hierarchy = "published_on"
    ordering = ("-published_on", "-number")

    def parts(self, request: HttpRequest, case: Batch) -> list[Any]:
        """Return the entries and what was delivered where."""
        member = acting_member(request)
        found = entries_visible_to(member).filter(batch=case).select_related("enterprise", "project", "district").order_by("pk")
        rows = [
            (link_to(request, one), one.enterprise.name, one.district.name, value_of(one, "state"), one.expires_on) for one in found[:SHOWN]
        ]
        count = found.count() if len(rows) == SHOWN else len(rows)
        entries = table(
            f"条目（{count}）",
            ("项目或企业", "企业", "县(市、区)", "状态", "有效期至(不含)"),
            rows,
            more=("查看全部", list_of(Entry, batch__id__exact=case.pk)),
        )
        sent = deliveries_visible_to(member).filter(announcement__batch=case)
        deliveries = [
            (
                link_to(request, one, one.channel.name),
                one.announcement.get_kind_display(),
                value_of(one, "state"),
                one.sent_at,
                one.reference,
            )
            for one in sent
        ]
        return [entries, table("推送情况", ("渠道", "内容", "状态", "发送时间", "对方回执号"), deliveries, clause="FP 1.6.2")]
