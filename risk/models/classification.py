"""The five-tier class of a loan with its history, what jobs suggest, and debts recognised as bad."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField
from common.fsm import fsm_transition, legal_steps
from loans.models import Loan
from parties.models import Institution, Member
from risk.classification.transitions import SUGGESTION_STEP, SUGGESTION_STEPS
from risk.enums import Grade, SuggestionState
from risk.models.common import known, positive


class Classification(models.Model):
    """One decision of the bank on a loan's class, from a day on; the last one holds. Source: FP 1.5.3; D19."""

    public_id = PublicIdField()
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="classifications", verbose_name="贷款")
    grade = models.CharField("分类", max_length=16, choices=Grade.choices)
    from_on = models.DateField("自")
    overdue_days = models.PositiveIntegerField("逾期天数", help_text="认定当日，连续逾期天数")
    suggested = models.CharField("按逾期天数的最高类别", max_length=16, choices=Grade.choices)
    reason = models.TextField("认定理由", blank=True, help_text="与建议不一致时必填")
    decided_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="认定人")
    decided_at = models.DateTimeField("认定时间")

    class Meta:
        verbose_name = verbose_name_plural = "五级分类"
        ordering = ["loan", "from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "from_on"], name="classification_once_a_day", violation_error_message="该贷款当日已认定分类。"
            ),
            known("classification_known_grade", grade=Grade.values, suggested=Grade.values),
            models.CheckConstraint(
                name="classification_reason_when_it_differs",
                condition=Q(grade=F("suggested")) | ~Q(reason=""),
                violation_error_message="分类与建议不一致时须填写理由。",
            ),
        ]
        triggers = [pgtrigger.Protect(name="classification_history_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.loan} {self.get_grade_display()} {self.from_on}起"


class ClassificationSuggestion(FSMModelMixin, models.Model):
    """What the overdue days suggest; the bank answers it by a decision. Source: FP 1.5.3; D19."""

    public_id = PublicIdField()
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="classification_suggestions", verbose_name="贷款")
    grade = models.CharField("建议分类", max_length=16, choices=Grade.choices)
    suggested_on = models.DateField("建议日期")
    overdue_days = models.PositiveIntegerField("逾期天数", help_text="建议当日，连续逾期天数")
    state = FSMField("状态", max_length=10, choices=SuggestionState.choices, default=SuggestionState.OPEN, protected=True)
    answer = models.ForeignKey(Classification, models.PROTECT, null=True, blank=True, related_name="answers", verbose_name="银行认定")

    class Meta:
        verbose_name = verbose_name_plural = "分类建议"
        ordering = ["-suggested_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=Q(state=SuggestionState.OPEN),
                name="suggestion_open_once",
                violation_error_message="该贷款已有待确认的建议。",
            ),
            models.CheckConstraint(
                name="suggestion_answered_by_a_decision",
                condition=Q(state__in=[SuggestionState.TAKEN, SuggestionState.OVERRULED], answer__isnull=False)
                | Q(state__in=[SuggestionState.OPEN, SuggestionState.OUTDATED], answer__isnull=True),
                violation_error_message="已确认的建议须对应银行认定。",
            ),
        ]
        triggers = [legal_steps(SUGGESTION_STEPS, name="suggestion_legal_steps")]

    def __str__(self) -> str:
        return f"{self.loan} 建议{self.get_grade_display()}"

    @fsm_transition(state, SUGGESTION_STEP["take"])
    def take(self, answer: Classification) -> None:
        """Note the decision that follows it. In memory only. Source: FP 1.5.3; D19."""
        self.answer = answer

    @fsm_transition(state, SUGGESTION_STEP["overrule"])
    def overrule(self, answer: Classification) -> None:
        """Note the decision that differs from it. In memory only. Source: FP 1.5.3; D19."""
        self.answer = answer

    @fsm_transition(state, SUGGESTION_STEP["outdate"])
    def outdate(self) -> None:
        """Let it lapse: paid up, classed otherwise, or another class suggested. In memory only. Source: FP 1.5.3; D19."""


class BadDebt(models.Model):
    """
    Principal of a loan that its bank recognised as bad, once and for all; what comes back afterwards are recoveries.

    ``enterprise_rd_total`` is the enterprise's highest outstanding R&D principal in special mode over all banks up to that day; it fixes
    the tier.

    Source: FP 1.5.3; D15, D16, D19.
    """

    public_id = PublicIdField()
    loan = models.OneToOneField(Loan, models.PROTECT, related_name="bad_debt", verbose_name="贷款")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="bad_debts", verbose_name="银行")
    principal = MoneyField("坏账本金", help_text="元，认定当日未还本金")
    recognised_on = models.DateField("认定日期")
    classification = models.ForeignKey(Classification, models.PROTECT, related_name="+", verbose_name="认定依据的分类")
    enterprise_rd_total = MoneyField(
        "单户企业研发贷款最高余额", null=True, blank=True, help_text="元，专项贷款模式，各银行合计，截至认定日"
    )
    reason = models.TextField("认定理由")
    recognised_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="认定人")
    recognised_at = models.DateTimeField("认定时间")

    class Meta:
        verbose_name = verbose_name_plural = "坏账认定"
        ordering = ["-recognised_on", "-id"]
        indexes = [models.Index(fields=["bank", "recognised_on"], name="bad_debt_bank_day")]
        constraints = [
            positive("bad_debt_positive", "principal"),
            models.CheckConstraint(name="bad_debt_says_why", condition=~Q(reason=""), violation_error_message="请填写认定理由。"),
        ]
        triggers = [pgtrigger.Protect(name="bad_debt_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.loan} 坏账 {self.principal:,.2f} 元"
