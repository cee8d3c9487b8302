"""When each job is due and who runs it now; when each process was last seen."""

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """
    The state of one line of the schedule. Moments are the database's own: no worker's clock decides what is due.

    ``leased_until`` is set while a worker runs it; after that moment the worker counts as dead and another may run it.
    """

    name = models.CharField("任务", max_length=100, primary_key=True)
    due_at = models.DateTimeField("应运行时间")
    queued_at = models.DateTimeField("补发时间", null=True, blank=True, help_text="最近一次因逾期而重新排队的时间")
    leased_until = models.DateTimeField("占用至", null=True, blank=True)
    started_at = models.DateTimeField("最近开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("最近完成时间", null=True, blank=True)
    failures = models.PositiveIntegerField("连续失败次数", default=0)
    last_error = models.CharField("最近错误", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定时任务"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="job_leased_once_started", condition=Q(leased_until__isnull=True) | Q(started_at__isnull=False)),
            models.CheckConstraint(name="job_failure_has_error", condition=Q(failures=0) | ~Q(last_error="")),
        ]

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When a process last showed that it works, by the database's clock, and how far its own clock was ahead of that then."""

    name = models.CharField("进程", max_length=60, primary_key=True)
    host = models.CharField("主机", max_length=120)
    seen_at = models.DateTimeField("最近运行时间")
    skew_seconds = models.FloatField("时钟偏差", help_text="秒，正数为快")

    class Meta:
        verbose_name = verbose_name_plural = "进程心跳"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
