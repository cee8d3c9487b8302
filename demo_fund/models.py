"""How far the demo fund has been played; empty in production."""

from django.db import models


class DemoDay(models.Model):
    """How many of its steps of a day a hand has played. The row commits together with each step."""

    day = models.DateField("日期")
    hand = models.PositiveSmallIntegerField("推演进程", default=0, db_default=0)
    steps = models.PositiveIntegerField("步骤数")
    seconds = models.FloatField("用时", help_text="秒")

    class Meta:
        verbose_name = verbose_name_plural = "演示进度"
        ordering = ["day", "hand"]
        constraints = [
            models.UniqueConstraint(fields=["day", "hand"], name="demo_day_of_hand", violation_error_message="该日的演示进度已有记录。")
        ]

    def __str__(self) -> str:
        return str(self.day)


class DemoRun(models.Model):
    """What the demo was begun with, so that a load killed half-way goes on with the same story."""

    seed = models.PositiveIntegerField("随机种子")
    until = models.DateField("演示截至")
    size = models.CharField("规模", max_length=5, default="full")
    story = models.CharField("推演程序摘要", max_length=64, help_text="载入未完成时，只有同一程序可以接着载入")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "演示载入"

    def __str__(self) -> str:
        return f"截至{self.until}"
