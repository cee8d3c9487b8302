"""Where events are sent, and what is still to be sent: an outbox."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from api.models.clients import ApiClient
from common.fields import PublicIdField


class Webhook(models.Model):
    """
    One address of a client that receives events.

    ``transaction``, ``event`` and ``epoch`` are the place in the log up to which events are in the outbox. ``secret`` is the
    signing secret under seal (``api.webhook_secrets``), bound to the identifier and ``secret_number``.
    """

    public_id = PublicIdField()
    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="webhooks", verbose_name="接口程序")
    url = models.URLField("接收地址", max_length=300)
    types = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name="事件类型", help_text="空为全部")
    secret_number = models.PositiveSmallIntegerField("密钥序号", default=1)
    secret = models.TextField("签名密钥（密文）")
    transaction = models.BigIntegerField("已读至事务编号")
    event = models.BigIntegerField("已读至事件编号", default=0)
    epoch = models.PositiveIntegerField("分期", default=1, help_text="事件读取分期，恢复备份后进入下一期")
    failing_since = models.DateTimeField("连续失败自", null=True, blank=True)
    failures = models.PositiveIntegerField("连续失败次数", default=0, db_default=0)
    due_at = models.DateTimeField("下次推送时间", null=True, blank=True, help_text="对方无应答时，到此时间前不再推送")
    leased_until = models.DateTimeField("占用至", null=True, blank=True, help_text="正在推送；此前没有其他进程向该地址推送")
    disabled_at = models.DateTimeField("停用时间", null=True, blank=True)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "事件订阅"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "url"], name="webhook_once_per_address", violation_error_message="该地址已登记。"),
            models.CheckConstraint(
                name="webhook_disabled_after_failing", condition=Q(disabled_at__isnull=True) | Q(failing_since__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.url


class WebhookMessage(models.Model):
    """One event to one address. ``public_id`` is the message's id, the same on every attempt."""

    public_id = PublicIdField()
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="messages", verbose_name="事件订阅")
    event = models.BigIntegerField("事件编号")
    object_id = models.CharField("对象标识", max_length=40)
    body = models.TextField("内容")
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    due_at = models.DateTimeField("下次发送时间")
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待送事件"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["webhook", "object_id", "id"], name="webhook_message_waiting", condition=Q(sent_at__isnull=True)),
            models.Index(fields=["due_at"], name="webhook_message_due", condition=Q(sent_at__isnull=True)),
        ]
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="webhook_message_once_per_event")]

    def __str__(self) -> str:
        return f"{self.webhook} {self.event}"
