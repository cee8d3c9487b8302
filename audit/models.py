"""Who did what, when: append-only events, sealed in a hash chain."""

from django.core.serializers.json import DjangoJSONEncoder
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
    before = models.JSONField("变更前", default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField("变更后", default=dict, encoder=DjangoJSONEncoder)
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
            # The last change of a case is found without going back over all the times it was looked at since.
            models.Index(fields=["object_type", "object_id", "id"], name="event_change", condition=~models.Q(verb="opened")),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_label}"


class Seal(models.Model):
    """
    One link of the hash chain: the digests of a batch of events, bound to the link before.

    ``horizon`` and ``cluster`` say how far the log was complete: every event of that database cluster whose transaction
    number is below the horizon is sealed. Numbers of another cluster (a restored copy starts again) are not compared.
    """

    number = models.BigIntegerField("序号", primary_key=True)
    previous_digest = models.CharField("上一批摘要", max_length=64)
    digest = models.CharField("摘要", max_length=64, unique=True)
    events_count = models.PositiveIntegerField("事件数")
    horizon = models.BigIntegerField("完整至事务编号", null=True, blank=True)
    cluster = models.CharField("数据库标识", max_length=20)
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = verbose_name_plural = "审计封存批次"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(name="seal_number_positive", condition=models.Q(number__gte=1)),
            models.CheckConstraint(name="seal_not_empty", condition=models.Q(events_count__gte=1)),
        ]

    def __str__(self) -> str:
        return f"第{self.number}批"


class SealedEvent(models.Model):
    """That an event lies in a batch, at a place, with the SHA-256 of its canonical bytes."""

    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="seal", verbose_name="事件")
    batch = models.ForeignKey(Seal, models.PROTECT, related_name="sealed_events", verbose_name="批次")
    position = models.PositiveIntegerField("批内序号")
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "已封存事件"
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="sealed_event_place_once")]
