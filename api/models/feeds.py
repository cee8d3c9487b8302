"""The event feed's epochs: one from the beginning, one more after each restore."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models


class FeedEpoch(models.Model):
    """
    The time between two restores of the database.

    Within an epoch events are read in the order of transactions. A restored copy may count transactions anew, so its earlier events,
    all those below ``first_event``, are read in the order of their numbers. ``cluster`` is the database the epoch counts in.
    """

    number = models.PositiveIntegerField("序号", primary_key=True)
    cluster = models.CharField("数据库标识", max_length=20)
    first_event = models.BigIntegerField("首个事件编号", help_text="小于此编号的事件属于此前各期")
    namespace = models.UUIDField(
        "编号空间", db_default=RandomUUID(), editable=False, help_text="事件对外编号由此和内部编号算出，以最早一期的为准"
    )
    started_at = models.DateTimeField("开始时间")

    class Meta:
        verbose_name = verbose_name_plural = "事件读取分期"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"第 {self.number} 期（{self.started_at:%Y-%m-%d %H:%M}）"
