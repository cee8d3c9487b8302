"""What a bank asks for beside the papers of an application."""

from django.db import models
from django.db.models import F, Q

from common.fields import PublicIdField
from loans.models.applications.cases import Application
from parties.models import Member


class SupplementRequest(models.Model):
    """What the bank asked for besides; moves no clock, the days spent waiting are shown beside it. Source: D7."""

    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="supplements", verbose_name="申请")
    asked_on = models.DateField("要求日期")
    asked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="要求人")
    what = models.TextField("补充内容")
    answered_on = models.DateField("补充日期", null=True, blank=True)
    answered_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="补充人")
    answer = models.TextField("补充说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "补充材料要求"
        ordering = ["asked_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="supplement_answered_after_asked",
                condition=Q(answered_on__isnull=True, answered_by__isnull=True)
                | Q(answered_on__gte=F("asked_on"), answered_by__isnull=False),
                violation_error_message="补充日期不得早于要求日期，且须有补充人。",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_on__isnull=True),
                name="supplement_one_open",
                violation_error_message="该申请已有一项待补充的材料要求。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.asked_on}"
