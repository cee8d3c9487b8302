"""The event feed and webhooks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.cursors import Bound, bound_to_list
from api.enums import Scope
from api.event_types import EVENT_TYPES, VERB_OF
from api.feed import Reading, as_json, read_events
from api.feed_positions import Ahead, CursorAheadOfFeed, FeedPosition, FeedRestoring
from api.models import Webhook
from api.pagination import LONGEST_PAGE, USUAL_PAGE
from api.services.webhooks import (
    TooManyWebhooks,
    add_webhook,
    enable_webhook,
    remove_webhook,
    renew_webhook_secret,
    webhooks_of,
)
from api.v1.base import BankView, reads, writes
from api.v1.fields import Asked, AskedList, Shown, shown_flag, shown_moment, shown_text
from api.v1.serializers import Nothing
from api.webhook_calls import AddressRefused, CheckedUrl, checked_url
from api.webhook_secrets import SecretUnreadable, secret_of
from parties.models import Member

TAG = "事件"
NAMES = [one.name for one in EVENT_TYPES]
LIST_OF_TYPES = "\n".join(f"- `{one.name}`：{one.says}" for one in EVENT_TYPES)


class ObjectShown(serializers.Serializer[Any]):
    """What an event is about."""

    type = shown_text("对象类别：entry、application、loan、settlement、claim 等")
    id = shown_text("对象标识")
    href = shown_text("读取该对象的地址；利率、日历、政策版本等以列表读取，为空", allow_null=True)


class EventShown(serializers.Serializer[Any]):
    """One event."""

    id = shown_text("事件标识（UUID），按此去重；推送的消息中相同")
    type = shown_text("事件类型，清单和含义见事件列表的说明；遇到不认识的类型请略过")
    occurred_at = shown_moment("发生时间")
    recorded_at = shown_moment("记录时间")
    object = ObjectShown(help_text="所涉对象")
    institution = shown_text("办理单位")
    before = serializers.DictField(read_only=True, help_text="变更前的主要内容，如 state")
    data = serializers.DictField(  # type: ignore[assignment]
        read_only=True, help_text="变更后的主要内容，如 state、amount；完整内容请读取对象"
    )


class EventsShown(serializers.Serializer[Any]):
    """Some events and where to go on."""

    results = EventShown(many=True, help_text="事件，先发生的在前")
    cursor = shown_text("下次从这里继续读；没有新事件时也会给出，请保存")
    has_more = shown_flag("是否还有可立即读取的事件")


class EventView(BankView):
    """Everything that happened to the caller's cases, in order."""

    tag = TAG
    filter_backends: Any = ()
    pagination_class: Any = None

    @reads(
        forced_singular_serializer(EventsShown),
        summary="事件列表",
        says=(
            "从 cursor 起读取事件；不带 cursor 从最早的开始。已提交的事件不会被游标越过，同一事件可能重复，请按 id 去重。"
            "系统从备份恢复后，取自恢复之前的游标要么照常接续，要么返回 409 和接续用的新游标。"
            f"\n\n事件类型：\n\n{LIST_OF_TYPES}"
        ),
        refuses=(CursorAheadOfFeed, FeedRestoring),
        parameters=[
            OpenApiParameter("cursor", str, description="上次答复中的 cursor；同一机构、同样的 types 才可用"),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": USUAL_PAGE}, description="条数"
            ),
            OpenApiParameter("types", {"type": "array", "items": {"type": "string", "enum": NAMES}}, description="只要这些类型，可重复"),
        ],
    )
    def list(self, request: Request) -> Response:
        """Return events."""
        bound = bound_to_list(request, kind="feed")
        try:
            reading = read_events(self.member, **_asked(request, bound))
        except Ahead as ahead:
            raise CursorAheadOfFeed(field="cursor", resume=ahead.resume.as_cursor(bound)) from None
        return Response(self.shown(EventsShown, _page(reading, bound, reader=self.member)))


class WebhookShown(Shown):
    """A subscription."""

    types = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="事件类型，空为全部")
    is_enabled = serializers.SerializerMethodField(help_text="是否启用；连续失败 5 天自动停用并发通知")

    def get_is_enabled(self, webhook: Webhook) -> bool:
        """Return whether events are sent."""
        return webhook.disabled_at is None

    class Meta:
        model = Webhook
        fields = ("id", "url", "types", "is_enabled", "failing_since", "disabled_at", "created_at")


class WebhookSecretShown(WebhookShown):
    """A subscription with the secret its messages are signed with."""

    secret = serializers.SerializerMethodField(help_text="签名密钥（Standard Webhooks，whsec_ 开头），只在登记和更换时返回，请妥善保存")

    def get_secret(self, webhook: Webhook) -> str:
        """Return the secret."""
        return secret_of(webhook)

    class Meta(WebhookShown.Meta):
        fields = (*WebhookShown.Meta.fields, "secret")  # type: ignore[assignment]


class WebhookAsked(Asked):
    """Where to send what."""

    example = {"url": "https://hooks.bank.example/quanzhou-fund", "types": ["application.submitted", "settlement.drafted"]}
    url = serializers.URLField(max_length=300, help_text="接收地址，须为 https；内网地址须先由系统管理员登记网段")
    types = AskedList(
        child=serializers.ChoiceField(NAMES), required=False, default=list, max_length=len(NAMES), help_text="事件类型，不填为全部"
    )


class WebhookView(ListModelMixin, BankView):
    """Where events are sent, by the Standard Webhooks specification."""

    tag = TAG
    serializer_class = WebhookShown
    filter_backends: Any = ()

    def rows(self) -> QuerySet[Webhook]:
        """Return the calling program's own subscriptions."""
        return webhooks_of(self.caller.client)

    @reads(WebhookShown, summary="事件订阅列表", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of subscriptions."""
        return self.page(self.rows())

    @writes(
        WebhookSecretShown,
        scope=Scope.REPORT,
        asks=WebhookAsked,
        summary="登记事件接收地址",
        says=(
            "此后发生的事件以 POST 推送，按 Standard Webhooks 规范签名（webhook-id、webhook-timestamp、webhook-signature）。"
            "15 秒内返回 2xx 为送达；失败按 5 秒至 10 小时的间隔重试，同一对象的事件按先后顺序送达。返回 410 即停用。"
        ),
        refuses=(AddressRefused, TooManyWebhooks, SecretUnreadable),
        status=201,
        address="",
        before="checked",
    )
    def create(self, address: CheckedUrl, types: Sequence[str], **asked: Any) -> Webhook:
        """Subscribe."""
        return add_webhook(client=self.caller.client, address=address, types=types, at=self.now)

    def checked(self, url: str, **asked: Any) -> dict[str, CheckedUrl]:
        """Return the address once DNS was asked."""
        return {"address": checked_url(url)}

    @writes(WebhookSecretShown, scope=Scope.REPORT, asks=Nothing, summary="更换签名密钥", says="下一次推送起使用新密钥。")
    def renew_secret(self, public_id: UUID) -> Webhook:
        """Sign with a new secret."""
        return renew_webhook_secret(client=self.caller.client, webhook_id=public_id, at=self.now)

    @writes(WebhookShown, scope=Scope.REPORT, asks=Nothing, summary="重新启用", says="停用期间的事件随即补送。")
    def enable(self, public_id: UUID) -> Webhook:
        """Send again."""
        return enable_webhook(client=self.caller.client, webhook_id=public_id, at=self.now)

    @writes(WebhookShown, scope=Scope.REPORT, asks=Nothing, summary="删除订阅", says="未送达的事件不再推送，仍可从事件列表读取。")
    def remove(self, public_id: UUID) -> Webhook:
        """Unsubscribe."""
        return remove_webhook(client=self.caller.client, webhook_id=public_id, at=self.now)


def _page(reading: Reading, bound: Bound, *, reader: Member) -> dict[str, Any]:
    events = [as_json(event, reader=reader, namespace=reading.namespace) for event in reading.events]
    return {"results": events, "cursor": reading.position.as_cursor(bound), "has_more": reading.has_more}


def _asked(request: Request, bound: Bound) -> dict[str, Any]:
    """
    Return what the query asks for.

    Raises:
        ValidationError: a parameter cannot be read.
    """
    given, problems = request.query_params, dict[str, str]()
    limit = given.get("limit", str(USUAL_PAGE))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 9 and 1 <= int(limit) <= LONGEST_PAGE):
        problems["limit"] = f"条数须为 1 至 {LONGEST_PAGE} 的整数。"
    types = given.getlist("types")
    if not set(types) <= set(VERB_OF):
        problems["types"] = "没有这种事件类型，可用的类型见接口文档中事件列表的说明。"
    if problems:
        raise ValidationError({name: [ErrorDetail(detail, code="invalid")] for name, detail in problems.items()})
    after = FeedPosition.of_cursor(given["cursor"], bound) if "cursor" in given else None
    return {"after": after, "limit": int(limit), "types": types}
