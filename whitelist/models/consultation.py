"""What the consulted bureaus said."""

from django.db import models
from django.db.models import Q

from parties.models import Institution, Member
from whitelist.enums import Verdict
from whitelist.models.entry import Entry


class Opinion(models.Model):
    """One bureau's recorded opinion on one entry in one round of consultation; never changed. Source: FP 1.6.1; D26."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="opinions", verbose_name="白名单条目")
    round = models.PositiveSmallIntegerField("征求意见轮次")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="征求意见单位")
    verdict = models.CharField("意见", max_length=8, choices=Verdict.choices)
    document_number = models.CharField("文号", max_length=60)
    remark = models.TextField("意见说明", blank=True)
    given_on = models.DateField("回复日期")
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")
    recorded_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = verbose_name_plural = "征求意见回复"
        ordering = ["entry", "round", "institution"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "round", "institution"],
                name="opinion_once_per_bureau_and_round",
                violation_error_message="该单位本轮意见已登记。",
            ),
            models.CheckConstraint(
                name="opinion_has_document",
                condition=~Q(document_number=""),
                violation_error_message="征求意见回复须填写文号。",
            ),
            models.CheckConstraint(
                name="opinion_objection_has_remark",
                condition=Q(verdict=Verdict.AGREE) | ~Q(remark=""),
                violation_error_message="不同意的须说明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution}：{self.get_verdict_display()}"
