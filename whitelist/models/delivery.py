"""Who is told of a publication, how, and whether it arrived: an outbox."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import PublicIdField
from common.fsm import fsm_transition, legal_steps
from parties.models import Institution, Member
from whitelist.delivery_transitions import DELIVERY_STEP, DELIVERY_STEPS
from whitelist.enums import AnnouncementKind, ChannelKind, DeliveryState, Transport
from whitelist.models.entry import Batch


class Channel(models.Model):
    """One receiver of the whitelist. The secret itself stands in the environment, never here. Source: FP 1.6.2."""

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=14, choices=ChannelKind.choices)
    institution = models.OneToOneField(
        Institution, models.PROTECT, null=True, blank=True, related_name="whitelist_channel", verbose_name="银行"
    )
    transport = models.CharField("传送方式", max_length=6, choices=Transport.choices)
    url = models.URLField("接口地址", blank=True)
    secret_setting = models.CharField("密钥环境变量", max_length=60, blank=True, help_text="只填环境变量名，不填密钥本身")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送渠道"
        ordering = ["kind", "code"]
        constraints = [
            models.CheckConstraint(
                name="channel_bank_has_institution",
                condition=Q(kind=ChannelKind.BANK, institution__isnull=False) | (~Q(kind=ChannelKind.BANK) & Q(institution__isnull=True)),
                violation_error_message="银行渠道须选择银行，平台渠道不选。",
            ),
            models.CheckConstraint(
                name="channel_http_has_address_and_secret",
                condition=~Q(transport=Transport.HTTP) | (~Q(url="") & ~Q(secret_setting="")),
                violation_error_message="接口推送须填写接口地址和密钥环境变量名。",
            ),
            models.CheckConstraint(
                name="channel_secret_is_a_name",
                condition=Q(secret_setting="") | Q(secret_setting__regex=r"^[A-Z][A-Z0-9_]*$"),
                violation_error_message="此处填写环境变量名（大写字母、数字、下划线），不要填写密钥。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Announcement(models.Model):
    """What is told: the same content for every channel, with its hash; never changed. Source: FP 1.6.2."""

    public_id = PublicIdField()
    kind = models.CharField("类别", max_length=12, choices=AnnouncementKind.choices)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="announcements", verbose_name="批次")
    payload = models.JSONField("内容")
    sha256 = models.CharField("SHA-256", max_length=64)
    entry_count = models.PositiveIntegerField("条目数")
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "发布通知"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["batch"], condition=Q(kind=AnnouncementKind.PUBLICATION), name="announcement_once_per_batch"),
            models.CheckConstraint(
                name="announcement_publication_has_batch",
                condition=~Q(kind=AnnouncementKind.PUBLICATION) | Q(batch__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.entry_count}条）"


class Delivery(FSMModelMixin, models.Model):
    """
    One announcement to one channel. Its ``public_id`` is the idempotency key, the same on every attempt.

    A worker that takes a row moves ``next_attempt_at`` past the lease before it calls; killed in between, the row is due again.
    """

    public_id = PublicIdField()
    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="deliveries", verbose_name="发布通知")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries", verbose_name="渠道")
    state = FSMField("状态", default=DeliveryState.PENDING, choices=DeliveryState.choices, protected=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    next_attempt_at = models.DateTimeField("下次发送时间", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=300, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    reference = models.CharField("对方回执号", max_length=100, blank=True)
    acknowledged_at = models.DateTimeField("确认时间", null=True, blank=True)
    exported_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导出人")
    exported_at = models.DateTimeField("导出时间", null=True, blank=True)
    export_sha256 = models.CharField("导出文件SHA-256", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送记录"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "channel"], name="delivery_once_per_channel", violation_error_message="该渠道已有此通知。"
            ),
            models.CheckConstraint(
                name="delivery_sent_has_time",
                condition=~Q(state__in=(DeliveryState.SENT, DeliveryState.ACKNOWLEDGED)) | Q(sent_at__isnull=False),
                violation_error_message="已发送的须有发送时间。",
            ),
            models.CheckConstraint(
                name="delivery_acknowledged_has_reference",
                condition=(Q(state=DeliveryState.ACKNOWLEDGED, acknowledged_at__isnull=False) & ~Q(reference=""))
                | (~Q(state=DeliveryState.ACKNOWLEDGED) & Q(acknowledged_at__isnull=True, reference="")),
                violation_error_message="已确认的须有回执号和确认时间。",
            ),
            models.CheckConstraint(
                name="delivery_failed_has_error",
                condition=~Q(state=DeliveryState.FAILED) | ~Q(last_error=""),
                violation_error_message="发送失败的须有错误说明。",
            ),
            models.CheckConstraint(
                name="delivery_exported_whole",
                condition=Q(exported_at__isnull=True, exported_by__isnull=True, export_sha256="")
                | (Q(exported_at__isnull=False, exported_by__isnull=False) & ~Q(export_sha256="")),
                violation_error_message="导出须同时记录导出人、时间和文件校验值。",
            ),
        ]
        indexes = [models.Index(fields=["next_attempt_at"], condition=Q(state=DeliveryState.PENDING), name="delivery_due")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            legal_steps(DELIVERY_STEPS, name="delivery_legal_steps"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.announcement}"

    @fsm_transition(state, DELIVERY_STEP["mark_sent"])
    def mark_sent(self, *, at: datetime) -> None:
        """Note that the receiver has it but has not confirmed yet. Source: FP 1.6.2."""
        self.sent_at, self.next_attempt_at, self.last_error = at, None, ""

    @fsm_transition(state, DELIVERY_STEP["acknowledge"])
    def acknowledge(self, *, reference: str, at: datetime) -> None:
        """Note the receiver's confirmation; it counts also when our side had given up. Source: FP 1.6.2."""
        self.reference, self.acknowledged_at, self.next_attempt_at, self.last_error = reference, at, None, ""
        self.sent_at = self.sent_at or at

    @fsm_transition(state, DELIVERY_STEP["postpone"])
    def postpone(self, *, error: str, until: datetime) -> None:
        """Wait for the next attempt. Source: FP 1.6.2."""
        self.last_error, self.next_attempt_at = error[:300], until

    @fsm_transition(state, DELIVERY_STEP["give_up"])
    def give_up(self, *, error: str) -> None:
        """Stop trying until a person sends again. Source: FP 1.6.2."""
        self.last_error, self.next_attempt_at = error[:300], None

    @fsm_transition(state, DELIVERY_STEP["send_again"])
    def send_again(self, *, at: datetime) -> None:
        """Queue once more under the same key. Source: FP 1.6.2."""
        self.attempts, self.next_attempt_at, self.last_error = 0, at, ""
