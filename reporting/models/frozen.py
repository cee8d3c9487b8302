"""What a locked year froze: each application as it counted, each rate as it was."""

from django.db import models
from django.db.models import Q

from common.enums import Mode, Size
from loans.models import Application
from parties.models import Enterprise, Institution
from reporting.enums import ModeScope, Outcome, SizeScope
from reporting.models.years import ResponseYear


class FrozenCase(models.Model):
    """One application of a locked year, as it counted. Append-only. Source: FP 1.6.5; D43."""

    year = models.ForeignKey(ResponseYear, models.PROTECT, related_name="cases", verbose_name="年度")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="融资申请")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="银行")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="企业")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    enterprise_size = models.CharField("企业规模", max_length=10, choices=Size.choices)
    submitted_on = models.DateField("提交日期")
    due_on = models.DateField("期满日")
    decided_on = models.DateField("批复日期", null=True)
    conditions_met_on = models.DateField("达到放款条件日期", null=True)
    withdrawn_on = models.DateField("撤回日期", null=True)
    to_decision = models.PositiveIntegerField("批复用时", null=True, help_text="工作日")
    to_conditions = models.PositiveIntegerField("达到放款条件用时", null=True, help_text="工作日")
    outcome = models.CharField("统计结果", max_length=16, choices=Outcome.choices)

    class Meta:
        verbose_name = verbose_name_plural = "锁定的申请明细"
        constraints = [
            models.UniqueConstraint(fields=["year", "application"], name="frozen_case_once"),
            models.CheckConstraint(
                name="frozen_case_is_over",
                condition=Q(outcome__in=[one for one in Outcome.values if one != Outcome.NOT_MATURED]),
                violation_error_message="锁定的年度不得有未到期的申请。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.application}"


class FrozenRate(models.Model):
    """The figures of one cell of a locked year; without a bank, the fund's. Append-only. Source: FP 1.6.5, FP 2.2.1, FP 2.2.2; D8, D43."""

    year = models.ForeignKey(ResponseYear, models.PROTECT, related_name="rates", verbose_name="年度")
    bank = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+", verbose_name="银行")
    mode = models.CharField("模式", max_length=10, choices=ModeScope.choices)
    size = models.CharField("企业范围", max_length=4, choices=SizeScope.choices)
    in_time = models.PositiveIntegerField("按时户数")
    matured = models.PositiveIntegerField("到期户数")
    outcomes = models.JSONField("各统计结果笔数")
    decisions = models.PositiveIntegerField("已批复笔数")
    decision_days = models.PositiveBigIntegerField("批复用时合计", help_text="工作日")
    decision_median = models.PositiveIntegerField("批复用时中位数", null=True)
    decision_ninetieth = models.PositiveIntegerField("批复用时90分位数", null=True)
    conditions = models.PositiveIntegerField("达到放款条件笔数")
    conditions_days = models.PositiveBigIntegerField("达到放款条件用时合计", help_text="工作日")
    conditions_median = models.PositiveIntegerField("达到放款条件用时中位数", null=True)
    conditions_ninetieth = models.PositiveIntegerField("达到放款条件用时90分位数", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "锁定的响应率"
        constraints = [
            models.UniqueConstraint(fields=["year", "bank", "mode", "size"], name="frozen_rate_once_per_cell", nulls_distinct=False),
            models.CheckConstraint(
                name="frozen_rate_in_time_counts",
                condition=Q(in_time__lte=models.F("matured")),
                violation_error_message="按时户数不得多于到期户数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.bank or '全基金'} {self.get_mode_display()} {self.get_size_display()}"
