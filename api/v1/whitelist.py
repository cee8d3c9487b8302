"""What a bank receives: deliveries to acknowledge, entries with their checks, caps and headroom."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.changes import MomentFilter
from api.enums import Scope
from api.filters import CodeFilter, Filters, SyncedFilters
from api.headroom import caps_of_entry
from api.selectors import synced
from api.services.openings import open_row
from api.services.references import ReferenceTaken, refer
from api.v1.base import BankView, reads, writes
from api.v1.fields import (
    Shown,
    UpdatedAt,
    shown_count,
    shown_flag,
    shown_money,
    shown_reference,
    shown_text,
)
from api.v1.serializers import DistrictShown, EnterpriseShown, Nothing, ProjectShown, ReferenceAsked
from api.v1.single import shows_one
from api.v1.steps import Answered, takes_steps
from common.step_services import StepService
from whitelist.delivery_transitions import DELIVERY_STEPS
from whitelist.enums import DeliveryState, EntryKind, EntryState
from whitelist.models import Delivery, Entry
from whitelist.published import told_as_published
from whitelist.selectors.announcing import deliveries_visible_to
from whitelist.selectors.entries import entries_visible_to, is_open_for_application
from whitelist.services.delivering import ReferenceDiffers, ReferenceMissing, acknowledge, collect


class EntryShown(Shown):
    """An entry of the whitelist."""

    enterprise = EnterpriseShown(help_text="企业")
    project = ProjectShown(allow_null=True, help_text="项目，研发名单为空")
    district = DistrictShown(help_text="初审县（市、区）")
    batch_number = shown_count("批次", source="batch.number")
    document_number = shown_text("发布文号", source="batch.document_number")
    is_open = serializers.SerializerMethodField(help_text="今天是否接受新的融资申请，依据 FP 1.6.1(3)")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    def get_is_open(self, entry: Entry) -> bool:
        """Return whether the entry takes applications today."""
        return is_open_for_application(entry, on=self.context["today"])

    class Meta:
        model = Entry
        fields = (
            "id", "kind", "route", "state", "list_year", "enterprise", "project", "district", "batch_number", "document_number",
            "published_on", "expires_on", "is_open", "removed_on", "removal_reason", "expired_on", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"kind": "FP 1.1", "route": "FP 1.6.1", "expires_on": "D27", "removed_on": "FP 1.6.1(3)"}


class CheckShown(serializers.Serializer[Any]):
    """One line of the eligibility checks."""

    name = shown_text("核对项代码")
    clause = shown_text("条款编号")
    required = serializers.CharField(help_text="要求")  # type: ignore[assignment]
    found = shown_text("结论：符合要求或不符合要求")
    passed = shown_flag("是否符合")


class CapShown(serializers.Serializer[Any]):
    """One limit and what is left under it."""

    name = shown_text("限额代码：project_total、project_fixed_asset、project_working_capital、rd_total、bank_quota")
    label = serializers.CharField(help_text="限额名称")  # type: ignore[assignment]
    clause = shown_text("条款编号")
    maximum = shown_money("上限")
    headroom = shown_money("尚可使用；与其他银行共用的限额向下取整到百万元，批复时按实际余额核对")


class CaseCapsShown(serializers.Serializer[Any]):
    """What the bank could still lend on the entry, by mode and category."""

    mode = shown_text("出资模式：special 专项贷款，trust 信托服务")
    category = shown_text("贷款类别：fixed_asset、working_capital、rd")
    left = shown_money("在各项限额之下尚可批复的金额，依据 FP 1.2、FP 1.3")
    caps = CapShown(many=True, help_text="各项限额")


class EntryOpened(EntryShown):
    """An entry with its checks, caps and headroom."""

    checks = serializers.SerializerMethodField(help_text="列入时的条件核对结果，依据 FP 1.1；所依据的数据和认定理由不对外")
    headroom = serializers.SerializerMethodField(
        help_text="按本行参与的模式和可办类别列出的限额和余额；已不接受申请且本行没有申请的为空，依据 FP 1.2、FP 1.3；D2、D3、D40"
    )

    def get_checks(self, entry: Entry) -> Any:
        """Return the checks as they are published."""
        return CheckShown([told_as_published(check) for check in entry.checks], many=True).data

    get_checks.__annotations__ = {"return": CheckShown(many=True)}

    def get_headroom(self, entry: Entry) -> Any:
        """Return the caps."""
        return CaseCapsShown(caps_of_entry(entry, actor=self.context["actor"], on=self.context["today"]), many=True).data

    get_headroom.__annotations__ = {"return": CaseCapsShown(many=True)}

    class Meta(EntryShown.Meta):
        fields = (*EntryShown.Meta.fields, "checks", "headroom")  # type: ignore[assignment]


class EntryFilters(SyncedFilters):
    """How entries are found."""

    kind = django_filters.ChoiceFilter(choices=EntryKind.choices, label="名单类别")
    state = django_filters.ChoiceFilter(choices=EntryState.choices, label="状态")
    list_year = django_filters.NumberFilter(min_value=2000, max_value=9999, label="名单年度")
    credit_code = CodeFilter(field_name="enterprise__credit_code", label="企业统一社会信用代码")
    published_from = django_filters.DateFilter(field_name="published_on", lookup_expr="gte", label="发布日期自（含）")
    published_until = django_filters.DateFilter(field_name="published_on", lookup_expr="lt", label="发布日期至（不含）")


class EntryView(ListModelMixin, BankView):
    """The whitelist as the calling bank or fund manager received it."""

    tag = "白名单"
    serializer_class = EntryShown
    filterset_class = EntryFilters
    ordering_fields = {"updated_at": "updated_at"}

    def rows(self) -> QuerySet[Entry]:
        """Return the entries the caller sees."""
        return synced(entries_visible_to(self.member), actor=self.member)

    @reads(EntryShown, summary="白名单列表", clause="FP 1.6.2(1)、FP 1.6.2(2)", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of entries."""
        return self.page(self.rows())

    @reads(EntryOpened, summary="查看白名单条目", says="含条件核对结果、各项限额和余额。每次查看都记入审计日志。", clause="FP 1.1、FP 1.2")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """Return one entry."""
        return Response(self.shown(EntryOpened, open_row(self.rows(), object_id=public_id, **self.acting)))

    @writes(EntryShown, scope=Scope.DECIDE, asks=ReferenceAsked, summary="登记本行业务编号", refuses=(ReferenceTaken,), address="reference")
    def set_reference(self, public_id: Any, bank_reference: str) -> Entry:
        """Note under which number the caller keeps the entry."""
        return refer(rows=self.rows(), object_id=public_id, reference=bank_reference, actor=self.member)


class DeliveryShown(Shown):
    """An announcement delivered to the caller."""

    kind = shown_text("通知类别：publication 发布，removal 移出，expiry 到期，snapshot 全量", source="announcement.kind")
    sha256 = shown_text("内容的 SHA-256（键按字母排序、无空白的 UTF-8 JSON）", source="announcement.sha256")
    entry_count = shown_count("条目数", source="announcement.entry_count")
    made_at = serializers.DateTimeField(source="announcement.made_at", read_only=True, help_text="生成时间")
    payload = serializers.JSONField(
        source="announcement.payload", read_only=True, help_text="内容：格式、类别、批次和逐条的企业、项目、限额、期限"
    )

    class Meta:
        model = Delivery
        fields = ("id", "kind", "state", "sha256", "entry_count", "made_at", "sent_at", "reference", "acknowledged_at", "payload")


class DeliveryFilters(Filters):
    """How deliveries are found."""

    state = django_filters.ChoiceFilter(choices=DeliveryState.choices, label="状态")
    updated_since = MomentFilter("生成、送出或确认的推送", method="filter_updated_since")

    def filter_updated_since(self, rows: QuerySet[Delivery], name: str, moment: Any) -> QuerySet[Delivery]:
        """Return the deliveries made, sent or acknowledged at the moment or later."""
        return rows.filter(Q(announcement__made_at__gte=moment) | Q(sent_at__gte=moment) | Q(acknowledged_at__gte=moment))


DELIVERY_SERVICES = {"acknowledge": StepService(acknowledge, (ReferenceMissing, ReferenceDiffers))}


@takes_steps(DELIVERY_STEPS, DELIVERY_SERVICES, case="Delivery", key="delivery_id", answers=Answered(shape=DeliveryShown))
class DeliveryView(ListModelMixin, BankView):
    """Announcements of the whitelist, in the order made; each is to be acknowledged."""

    tag = "白名单"
    serializer_class = DeliveryShown
    filterset_class = DeliveryFilters

    def rows(self) -> QuerySet[Delivery]:
        """Return the caller's deliveries."""
        return deliveries_visible_to(self.member)

    @reads(DeliveryShown, summary="白名单推送列表", clause="FP 1.6.2(1)、FP 1.6.2(2)", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of deliveries."""
        return self.page(self.rows())

    retrieve = shows_one(DeliveryShown, summary="查看白名单推送", clause="FP 1.6.2(1)、FP 1.6.2(2)")


class CollectedShown(serializers.Serializer[Any]):
    """What was waiting."""

    deliveries = DeliveryShown(many=True, help_text="未确认的推送，最早的在前，最多 50 条")


class CollectView(BankView):
    """Fetching what waits."""

    tag = "白名单"

    @writes(
        CollectedShown,
        scope=Scope.DECIDE,
        asks=Nothing,
        summary="领取待确认的白名单推送",
        says="返回尚未确认的推送并记录领取；确认前每次领取都会再次返回。",
        clause="FP 1.6.2(1)、FP 1.6.2(2)",
        address="",
    )
    def create(self) -> dict[str, Any]:
        """Fetch deliveries."""
        return {"deliveries": collect(**self.acting)}
