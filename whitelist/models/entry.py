"""Batches and entries, with the steps an entry may take."""

from datetime import date
from functools import reduce
from operator import or_

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField
from common.fsm import fsm_transition, legal_steps
from parties.models import District, Enterprise, Member
from policy.models import PolicyVersion
from whitelist.enums import LISTED_STATES, EntryKind, EntryState, ExpiryCause, Route
from whitelist.models.entry_constraints import ONCE, STATES
from whitelist.models.project import Project
from whitelist.transitions import ENTRY_STEP, ENTRY_STEPS

FROZEN_WHEN_LISTED = (
    "kind",
    "route",
    "enterprise",
    "project",
    "district",
    "list_year",
    "policy_version",
    "checks",
    "is_eligible",
    "holds_technical_upgrade_subsidy",
    "other_technology_credit",
    "is_newly_registered",
    "total_investment",
    "submitted_on",
    "decided_on",
    "consultation_round",
    "batch",
    "published_on",
    "expires_on",
)
_WAS_LISTED = pgtrigger.Q(old__state__in=LISTED_STATES)
_FROZEN_CHANGED = reduce(or_, (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in FROZEN_WHEN_LISTED))
_FIGURE_CHANGED = pgtrigger.Q(old__last_year_rd_expense__isnull=False) & pgtrigger.Q(
    old__last_year_rd_expense__df=pgtrigger.F("new__last_year_rd_expense")
)  # a little giant listed before the tax list of the year has no figure yet: it may be filled in once


class Batch(models.Model):
    """One publication, numbered per kind and year; never changed. Source: FP 1.6.1(3)."""

    public_id = PublicIdField()
    kind = models.CharField("名单类别", max_length=10, choices=EntryKind.choices)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("批次")
    document_number = models.CharField("文号", max_length=60)
    published_on = models.DateField("发布日期")
    published_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="发布人")

    class Meta:
        verbose_name = verbose_name_plural = "白名单批次"
        ordering = ["-year", "kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "year", "number"], name="batch_number_once", violation_error_message="该批次号已使用。"
            ),
            models.CheckConstraint(name="batch_number_from_one", condition=Q(number__gte=1), violation_error_message="批次号从1开始。"),
            models.CheckConstraint(name="batch_has_document", condition=~Q(document_number=""), violation_error_message="发布须填写文号。"),
            models.CheckConstraint(
                name="batch_year_of_publication",
                condition=Q(published_on__year=F("year")),
                violation_error_message="批次年度须与发布日期的年度一致。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}批（{self.get_kind_display()}）"


class Entry(FSMModelMixin, models.Model):
    """One candidate or listed project or enterprise. Source: FP 1.1.3, 1.6.1."""

    public_id = PublicIdField()
    kind = models.CharField("名单类别", max_length=10, choices=EntryKind.choices)
    route = models.CharField("列入方式", max_length=20, choices=Route.choices)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="entries", verbose_name="企业")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="项目")
    district = models.ForeignKey(District, models.PROTECT, verbose_name="初审县(市、区)")
    list_year = models.PositiveSmallIntegerField("名单年度")
    state = FSMField("状态", default=EntryState.DRAFT, choices=EntryState.choices, protected=True)
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, verbose_name="适用政策")
    checks = models.JSONField("条件核对", default=list)
    is_eligible = models.BooleanField("符合条件", null=True)
    holds_technical_upgrade_subsidy = models.BooleanField("已享受技改贴息", default=False, help_text="企业声明")
    other_technology_credit = models.BooleanField("已享受其他科技信贷扶持", default=False, help_text="企业声明")
    is_newly_registered = models.BooleanField("新注册企业", default=False)
    last_year_rd_expense = MoneyField("上年度研发费用", null=True, blank=True, help_text="元，税务口径，列入时冻结")
    total_investment = MoneyField("投资总额", null=True, blank=True, help_text="元，列入时的项目投资总额；项目额度以最近一次列入为准")
    drafted_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="填报人")
    submitted_on = models.DateField("申请日期", null=True, blank=True, help_text="筛选列为候选的，为筛选日期")
    decided_on = models.DateField("市级审核日期", null=True, blank=True)
    consultation_round = models.PositiveSmallIntegerField("征求意见轮次", default=0)
    return_reason = models.TextField("退回、撤回或不予列入理由", blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="批次")
    published_on = models.DateField("发布日期", null=True, blank=True)
    expires_on = models.DateField("有效期至(不含)", null=True, blank=True)
    expired_on = models.DateField("到期日期", null=True, blank=True)
    expiry_cause = models.CharField("到期原因", max_length=12, choices=ExpiryCause.choices, blank=True)
    removed_on = models.DateField("移出日期", null=True, blank=True)
    removal_reason = models.TextField("移出理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "白名单条目"
        ordering = ["-id"]
        constraints = [*STATES, *ONCE]
        indexes = [
            models.Index(fields=["state", "kind"], name="entry_state_kind"),
            models.Index(fields=["expires_on"], condition=Q(state=EntryState.PUBLISHED), name="entry_open_end"),
        ]
        triggers = [
            legal_steps(ENTRY_STEPS, name="legal_steps"),
            pgtrigger.Protect(
                name="listed_stays_as_published",
                operation=pgtrigger.Update,
                condition=_WAS_LISTED & (_FROZEN_CHANGED | _FIGURE_CHANGED),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.project or self.enterprise)

    @fsm_transition(state, ENTRY_STEP["submit"])
    def submit(self, *, on: date) -> None:
        """Hand the application to the county. Source: FP 1.6.1(1)."""
        self.submitted_on, self.return_reason = on, ""

    @fsm_transition(state, ENTRY_STEP["withdraw"])
    def withdraw(self, *, reason: str) -> None:
        """Take the application back before consultation begins. Source: FP 1.6.1(1)."""
        self.return_reason = reason

    @fsm_transition(state, ENTRY_STEP["return_from_county"])
    def return_from_county(self, *, reason: str) -> None:
        """Give the application back to be completed. Source: FP 1.6.1(1)."""
        self.return_reason = reason

    @fsm_transition(state, ENTRY_STEP["reject_by_county"])
    def reject_by_county(self, *, reason: str) -> None:
        """End the application at the preliminary review. Source: FP 1.6.1(1)."""
        self.return_reason = reason

    @fsm_transition(state, ENTRY_STEP["pass_county"])
    def pass_county(self) -> None:
        """Report the application to the city. Source: FP 1.6.1(1)."""

    @fsm_transition(state, ENTRY_STEP["screen"])
    def screen(self, *, on: date) -> None:
        """Take an enterprise of the tax list as a candidate; it applies for nothing. Source: FP 1.6.1(2)."""
        self.submitted_on = on

    @fsm_transition(state, ENTRY_STEP["list_directly"])
    def list_directly(self, *, on: date) -> None:
        """Take a little giant straight to consultation. Source: FP 1.6.1(2); D5, D26."""
        self.submitted_on = self.decided_on = on
        self.consultation_round += 1

    @fsm_transition(state, ENTRY_STEP["return_from_city"])
    def return_from_city(self, *, reason: str) -> None:
        """Give an application back to be completed; it starts at the county again. Source: FP 1.6.1(1)."""
        self.return_reason = reason

    @fsm_transition(state, ENTRY_STEP["reject_by_city"])
    def reject_by_city(self, *, reason: str) -> None:
        """Decide against listing, also after an objection. Source: FP 1.6.1(1), 1.6.1(2)."""
        self.return_reason = reason

    @fsm_transition(state, ENTRY_STEP["pass_city"])
    def pass_city(self, *, on: date) -> None:
        """Pass the review and open a new round of consultation. Source: FP 1.6.1(1), 1.6.1(2)."""
        self.decided_on = on
        self.consultation_round += 1

    @fsm_transition(state, ENTRY_STEP["send_back"])
    def send_back(self, *, reason: str) -> None:
        """Return to review after an objection or a late finding; opinions given so far no longer count. Source: FP 1.6.1; D26."""
        self.return_reason = reason

    @fsm_transition(state, ENTRY_STEP["clear"])
    def clear(self) -> None:
        """End consultation; the service has seen every bureau's consent of this round. Source: FP 1.1.3; D26."""
        self.return_reason = ""

    @fsm_transition(state, ENTRY_STEP["publish"])
    def publish(self, *, batch: Batch, expires_on: date | None) -> None:
        """List in a batch; ``expires_on`` (excluded) is ``None`` where the next yearly list ends it. Source: FP 1.6.1(3); D27."""
        self.batch, self.published_on, self.expires_on = batch, batch.published_on, expires_on

    @fsm_transition(state, ENTRY_STEP["expire"])
    def expire(self, *, on: date, cause: ExpiryCause) -> None:
        """Stop new applications; running loans and their drawdowns go on. Source: FP 1.6.1(3); D27."""
        self.expired_on, self.expiry_cause = on, cause

    @fsm_transition(state, ENTRY_STEP["remove"])
    def remove(self, *, on: date, reason: str) -> None:
        """Take off the list: no new applications and no more drawdowns; running loans go on. Source: FP 1.6.1(3); D27."""
        self.removed_on, self.removal_reason = on, reason
