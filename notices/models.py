"""What people are told: messages to a party, read marks per member."""

from django.db import models
from django.db.models import Q

from parties.models import Enterprise, Institution, Member


class Notice(models.Model):
    """One message to one institution or enterprise. ``key`` makes a repeated job say it once."""

    key = models.CharField("唯一键", max_length=150, unique=True)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, verbose_name="收件机构")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, verbose_name="收件企业")
    kind = models.CharField("类别", max_length=40)
    is_urgent = models.BooleanField("紧急", default=False)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("内容")
    object_type = models.CharField("对象类别", max_length=60, blank=True)
    object_id = models.CharField("对象标识", max_length=40, blank=True)
    created_at = models.DateTimeField("发出时间")

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["institution", "-created_at"], name="notice_institution"),
            models.Index(fields=["enterprise", "-created_at"], name="notice_enterprise"),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_has_one_recipient",
                condition=Q(institution__isnull=False, enterprise__isnull=True) | Q(institution__isnull=True, enterprise__isnull=False),
                violation_error_message="通知须且只能发给一个机构或一家企业。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeRead(models.Model):
    """That a member has read a notice."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="reads", verbose_name="通知")
    member = models.ForeignKey(Member, models.CASCADE, verbose_name="成员")
    read_at = models.DateTimeField("阅读时间")

    class Meta:
        verbose_name = verbose_name_plural = "阅读记录"
        constraints = [models.UniqueConstraint(fields=["notice", "member"], name="notice_read_once")]


class EmailDelivery(models.Model):
    """One message still to be sent, or sent, to one address; the outbox of notices. A failed attempt waits and is repeated."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="emails", verbose_name="通知")
    address = models.EmailField("邮箱")
    attempts = models.PositiveSmallIntegerField("已尝试次数", default=0)
    due_at = models.DateTimeField("下次发送时间")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    given_up_at = models.DateTimeField("放弃时间", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "邮件发送"
        indexes = [
            models.Index(fields=["due_at"], name="email_delivery_waiting", condition=Q(sent_at__isnull=True, given_up_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(fields=["notice", "address"], name="email_delivery_once"),
            models.CheckConstraint(name="email_delivery_sent_or_given_up", condition=Q(sent_at__isnull=True) | Q(given_up_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.address
