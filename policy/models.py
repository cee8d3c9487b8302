"""The rulebook as data: clauses, dated policy versions, return rates in force, the working-day calendar, deadlines."""

from datetime import date, datetime, timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import PublicIdField, RateField
from common.fsm import fsm_transition, legal_steps
from parties.models import Institution, Member
from policy.enums import NoticeKind, NoticeState
from policy.notice_transitions import NOTICE_STEP, NOTICE_STEPS


class DateRange(Func):
    """The half-open range of two date columns; without an end it is unbounded."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Clause(models.Model):
    """One clause of the plans, in the product's own short wording."""

    id = models.CharField("编号", max_length=20, primary_key=True)
    place = models.CharField("位置", max_length=30)
    wording = models.TextField("内容")
    position = models.PositiveSmallIntegerField("顺序", unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "条款"
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.id} {self.place}"


class Decision(models.Model):
    """How an open point of the plan is decided (解释)."""

    id = models.CharField("编号", max_length=6, primary_key=True)
    point = models.CharField("事项", max_length=100)
    wording = models.TextField("解释")
    position = models.PositiveSmallIntegerField("顺序", unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "解释口径"
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.id} {self.point}"


class PolicyVersion(models.Model):
    """
    Every number of one plan, valid in one period. Terms are typed by ``policy.terms.model.Terms`` and never change.

    Source: FP 3.4; D25, D38.
    """

    number = models.PositiveSmallIntegerField("版本号", unique=True)
    name = models.CharField("名称", max_length=80)
    document_number = models.CharField("文号", max_length=60, blank=True)
    valid_from = models.DateField("自")
    valid_until = models.DateField("至(不含)", null=True, blank=True)
    terms = models.JSONField("条款参数")

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="policy_version_period",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                violation_error_message="止期须晚于起期。",
            ),
            ExclusionConstraint(
                name="policy_version_no_overlap",
                expressions=[(DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS)],
                violation_error_message="有效期与其他政策版本重叠，请核对起止日期。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="policy_version_terms_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__terms__df=pgtrigger.F("new__terms")) | pgtrigger.Q(old__number__df=pgtrigger.F("new__number")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_on(self) -> date | None:
        """Return the last day in force, as people read it; ``None`` while no end is set."""
        return None if self.valid_until is None else self.valid_until - timedelta(days=1)


class Confirmation(models.Model):
    """Who confirmed an interpretation of a version, when, by which document. Source: FP 3.3."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="confirmations", verbose_name="政策版本")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="confirmations", verbose_name="解释口径")
    institution = models.ForeignKey(Institution, models.PROTECT, verbose_name="确认机构")
    confirmed_on = models.DateField("确认日期")
    document_number = models.CharField("文号", max_length=60)
    recorded_by = models.ForeignKey(Member, models.PROTECT, verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "解释确认"
        constraints = [models.UniqueConstraint(fields=["version", "decision", "institution"], name="confirmation_once")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.institution} {self.confirmed_on}"


class ReturnRate(models.Model):
    """The unified return rate of all banks from a day on. Source: FP 1.4.2; D14."""

    rate = RateField("银行回报利率", help_text="年利率，小数")
    effective_on = models.DateField("生效日期", unique=True)
    running_loans_from = models.DateField("存量贷款适用自", null=True, blank=True)
    weights = models.JSONField("权重", default=dict)
    document_number = models.CharField("决定文号", max_length=60)
    decided_on = models.DateField("决定日期")
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "回报利率"
        ordering = ["effective_on"]
        constraints = [
            models.CheckConstraint(
                name="return_rate_is_a_rate",
                condition=Q(rate__gt=0, rate__lt=1),
                violation_error_message="回报利率须大于 0%、小于 100%（例如 3.2%）。",
            ),
            models.CheckConstraint(
                name="return_rate_running_loans_not_before_effect",
                condition=Q(running_loans_from__isnull=True) | Q(running_loans_from__gte=F("effective_on")),
                violation_error_message="存量贷款的适用日期不得早于生效日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate * 100:.4f}%"


class CalendarNotice(models.Model):
    """
    One year's days off, from the State Council's notice or, until it is out, from the statutory rule (暂定).

    A year's last notice counts. The number of the newest notice is the calendar's version.
    """

    year = models.PositiveSmallIntegerField("年度")
    document_number = models.CharField("文号", max_length=60, blank=True)
    published_on = models.DateField("发布日期", null=True, blank=True)
    source_url = models.URLField("来源", blank=True)
    is_provisional = models.BooleanField("暂定", default=False)
    recorded_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, verbose_name="录入人")
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "放假安排"
        ordering = ["year", "id"]
        constraints = [
            models.CheckConstraint(
                name="calendar_notice_is_official_or_provisional",
                condition=Q(is_provisional=True) | ~Q(document_number="") | ~Q(source_url=""),
                violation_error_message="正式放假安排须填写文号或来源。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年{'(暂定)' if self.is_provisional else ''}"


class CalendarDay(models.Model):
    """A day the notice names: off, or a weekend day worked (调休). Days it does not name follow the plain week."""

    notice = models.ForeignKey(CalendarNotice, models.PROTECT, related_name="days", verbose_name="放假安排")
    on = models.DateField("日期")
    is_off = models.BooleanField("放假")
    name = models.CharField("节日", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日历日"
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["notice", "on"], name="calendar_day_once_per_notice")]

    def __str__(self) -> str:
        return f"{self.on}{'休' if self.is_off else '班'}"


class NoticeProposal(FSMModelMixin, models.Model):
    """
    A notice of days off as one keeper entered it and another one checks it; confirmed, it becomes the year's notice.

    ``base`` is the year's notice it was entered on; where that is no longer the last, it is void.
    """

    public_id = PublicIdField()
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("性质", max_length=10, choices=NoticeKind.choices)
    document_number = models.CharField("文号", max_length=60)
    published_on = models.DateField("发布日期")
    source_url = models.URLField("来源", blank=True)
    off = models.JSONField("放假", default=list)
    makeup = models.JSONField("调休上班", default=list, blank=True)
    restored = models.JSONField("恢复常规", default=list, blank=True)
    base = models.ForeignKey(CalendarNotice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原安排")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")
    made_at = models.DateTimeField("录入时间")
    state = FSMField("状态", max_length=10, choices=NoticeState.choices, default=NoticeState.WAITING, protected=True)
    checked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    refusal = models.TextField("退回理由", blank=True)
    notice = models.OneToOneField(CalendarNotice, models.PROTECT, null=True, blank=True, related_name="proposal", verbose_name="放假安排")

    class Meta:
        verbose_name = verbose_name_plural = "待复核放假安排"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(state=NoticeState.WAITING),
                name="notice_proposal_waits_once",
                violation_error_message="该年度已有待复核的放假安排，请先复核或退回。",
            ),
            models.CheckConstraint(
                name="notice_proposal_state_checked",
                condition=Q(state=NoticeState.WAITING, checked_by__isnull=True, checked_at__isnull=True, notice__isnull=True, refusal="")
                | Q(state=NoticeState.CONFIRMED, checked_by__isnull=False, checked_at__isnull=False, notice__isnull=False, refusal="")
                | (Q(state=NoticeState.REFUSED, checked_by__isnull=False, checked_at__isnull=False, notice__isnull=True) & ~Q(refusal="")),
                violation_error_message="复核通过须对应放假安排，退回须有理由。",
            ),
            models.CheckConstraint(
                name="notice_proposal_checker_is_another",
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                violation_error_message="录入和复核不得为同一人。",
            ),
        ]
        triggers = [legal_steps(NOTICE_STEPS, name="notice_proposal_legal_steps")]

    def __str__(self) -> str:
        return f"{self.year}年 {self.get_kind_display()}({self.get_state_display()})"

    @fsm_transition(state, NOTICE_STEP["confirm"])
    def confirm(self, *, by: Member, at: datetime, notice: CalendarNotice) -> None:
        """Name the checker and the notice now in force. In memory only. Source: D6."""
        self.checked_by, self.checked_at, self.notice = by, at, notice

    @fsm_transition(state, NOTICE_STEP["refuse"])
    def refuse(self, *, by: Member, at: datetime, reason: str) -> None:
        """Name the checker and what is wrong. In memory only. Source: D6."""
        self.checked_by, self.checked_at, self.refusal = by, at, reason


class Deadline(models.Model):
    """A term in working days. Cases point at it, so that one holiday notice moves all of them here. Source: D6, D7."""

    started_on = models.DateField("起算日")
    working_days = models.PositiveSmallIntegerField("工作日数")
    due_on = models.DateField("到期日")
    is_provisional = models.BooleanField("暂定", default=False)
    calendar_version = models.PositiveIntegerField("日历版本")
    clause = models.CharField("依据", max_length=20)
    purpose = models.CharField("事项", max_length=60)
    closed_on = models.DateField("办结日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        indexes = [models.Index(fields=["due_on"], condition=Q(closed_on__isnull=True), name="deadline_open_due")]
        constraints = [
            models.CheckConstraint(
                name="deadline_due_not_before_start",
                condition=Q(due_on__gte=F("started_on")),
                violation_error_message="到期日不得早于起算日。",
            ),
            models.CheckConstraint(
                name="deadline_closed_not_before_start",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("started_on")),
                violation_error_message="办结日不得早于起算日。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_on}{'(暂定)' if self.is_provisional else ''}"


class DeadlineChange(models.Model):
    """That a calendar notice moved an open deadline. Source: D6."""

    deadline = models.ForeignKey(Deadline, models.PROTECT, related_name="changes")
    notice = models.ForeignKey(CalendarNotice, models.PROTECT)
    old_due_on = models.DateField("原到期日")
    new_due_on = models.DateField("新到期日")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "期限变更"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["deadline", "notice"], name="deadline_change_once_per_notice"),
            models.CheckConstraint(
                name="deadline_change_moves", condition=~Q(old_due_on=F("new_due_on")), violation_error_message="期限没有变化。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_due_on} → {self.new_due_on}"
