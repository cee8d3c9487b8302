"""Messages to one's own institution."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, link_to
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, facts
from common.admin.steps import Step, StepContext, StepPermission
from common.admin.visible import VisibleAdmin
from notices.models import Notice
from notices.selectors import notices_visible_to
from notices.services import mark_read


def _read(context: StepContext) -> None:
    mark_read(notice_ids=[notice.pk for notice in context.obj], actor=context.member, at=context.at)


@admin.register(Notice)
class NoticeAdmin(VisibleAdmin):
    """The institution's messages; opening one marks it read."""

    visible_to = staticmethod(notices_visible_to)
    open_to = frozenset({"system", "security", "audit"})
    columns = (
        Column("标题", lambda notice: notice.title, order="title"),
        Column("阅读", lambda notice: Badge("已读", "plain") if notice.is_read else Badge("未读", "busy"), name="is_read"),
        Column("紧急", lambda notice: Badge("紧急", "bad") if notice.is_urgent else None, order="is_urgent"),
        "created_at",
    )
    list_filter = ("is_urgent",)
    search_fields = ("title", "body")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    bulk_steps = (
        Step(
            name="read",
            label="标记为已读",
            who=StepPermission(roles=frozenset({"viewer", "handler", "checker", "admin", "system", "security", "audit"})),
            run=_read,
            done="已标记为已读。",
        ),
    )

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the message and mark it read."""
        answer = super().changeform_view(request, object_id, *args, **kwargs)
        mark_read(notice_ids=[answer.context_data["case"].pk], actor=acting_member(request), at=timezone.now())
        return answer

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the message with the way to what it is about."""
        return [facts(request, case, "通知", "title", "created_at", Fact("内容", case.body), Fact("相关事项", self.about(request, case)))]

    def about(self, request: HttpRequest, notice: Notice) -> Any:
        """Return a link to the case the message is about, as far as the person may see it."""
        if not notice.object_type:
            return None
        model = apps.get_model(notice.object_type)
        page = self.admin_site._registry.get(model)
        if not isinstance(page, VisibleAdmin) or not page.has_view_permission(request):
            return None
        key = "public_id" if hasattr(model, "public_id") else "pk"
        return link_to(request, page.get_queryset(request).filter(**{key: notice.object_id}).first())
