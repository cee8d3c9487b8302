"""What people are told: messages to a party, read marks per member."""

from django.db import models

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
        ordering = ["-created_at"]


class NoticeRead(models.Model):
    """That a member has read a notice."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="reads")
    member = models.ForeignKey(Member, models.CASCADE)
    read_at = models.DateTimeField("阅读时间")

    class Meta:
        verbose_name = verbose_name_plural = "阅读记录"
        constraints = [models.UniqueConstraint(fields=["notice", "member"], name="notice_read_once")]
