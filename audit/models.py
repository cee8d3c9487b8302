"""Who did what, when: append-only events, sealed in a hash chain."""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """
    One change of state or one opening of a case, as a snapshot without foreign keys.

    ``transaction`` is the database's own transaction number: whoever reads the log in order reads only below the oldest
    transaction still running, so that no event can appear behind a reader's back.
    """

    verb = models.CharField("动作", max_length=60)
    object_type = models.CharField("对象类别", max_length=60)
    object_id = models.CharField("对象标识", max_length=40)
    object_label = models.CharField("对象", max_length=200)
    actor_id = models.BigIntegerField("成员编号")
    actor_name = models.CharField("经办", max_length=60)
    actor_kind = models.CharField("成员类别", max_length=8)
    party_id = models.CharField("机构标识", max_length=40)
    party_name = models.CharField("机构", max_length=120)
    bank_id = models.BigIntegerField("相关银行", null=True, blank=True, help_text="决定哪家银行可见")
    district_id = models.BigIntegerField("相关县(市、区)", null=True, blank=True)
    enterprise_id = models.BigIntegerField("相关企业", null=True, blank=True)
    before = models.JSONField("变更前", default=dict)
    after = models.JSONField("变更后", default=dict)
    remark = models.TextField("说明", blank=True)
    source_address = models.GenericIPAddressField("来源地址", null=True, blank=True)
    occurred_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记录时间", db_default=Now())
    transaction = models.BigIntegerField("事务编号", db_default=models.expressions.RawSQL("(pg_current_xact_id()::text)::bigint", []))

    class Meta:
        verbose_name = verbose_name_plural = "审计事件"
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="event_object"),
            models.Index(fields=["transaction", "id"], name="event_order"),
        ]
