"""A decision of 市工信局 that a bank loses its part in the fund, or gets it back."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django_fsm import FSMField, FSMModelMixin

from common.fields import PublicIdField
from common.fsm import fsm_transition, legal_steps
from parties.models import Institution, Member
from reporting.assessment.transitions import DECISION_STEP, DECISION_STEPS
from reporting.enums import DecisionKind, DecisionState
from reporting.models.years import ResponseYear

State = DecisionState


class ParticipationDecision(FSMModelMixin, models.Model):
    """One decision, by two persons, with document number and the day from which it holds. Source: FP 2.2.1, FP 2.2.2; D9, D45."""

    public_id = PublicIdField()
    kind = models.CharField("决定", max_length=10, choices=DecisionKind.choices)
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="participation_decisions", verbose_name="银行")
    year = models.ForeignKey(ResponseYear, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name="考核年度")
    assessed_year = models.PositiveSmallIntegerField("考核年份", null=True, blank=True)
    is_as_proposed = models.BooleanField("与系统建议一致", null=True, blank=True)
    effective_on = models.DateField("生效日")
    document_number = models.CharField("决定文号", max_length=60)
    reason = models.TextField("理由")
    state = FSMField("状态", default=State.PROPOSED, choices=State.choices, protected=True, max_length=10)
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("提出时间")
    checked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    sent_back_reason = models.TextField("退回理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参与资格决定"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank"],
                condition=Q(state=State.PROPOSED),
                name="participation_decision_waits_once",
                violation_error_message="该银行已有待确认的参与资格决定，请先确认或退回。",
            ),
            models.CheckConstraint(
                name="participation_decision_known_words",
                condition=Q(kind__in=DecisionKind.values, state__in=State.values) & ~Q(document_number="") & ~Q(reason=""),
                violation_error_message="决定须载明类别、文号和理由。",
            ),
            models.CheckConstraint(
                name="participation_decision_by_kind",
                condition=Q(kind=DecisionKind.REMOVE, year__isnull=False, assessed_year__isnull=False, is_as_proposed__isnull=False)
                | Q(kind=DecisionKind.REINSTATE, year__isnull=True, assessed_year__isnull=True, is_as_proposed__isnull=True),
                violation_error_message="取消须对应考核年度，恢复不对应。",
            ),
            models.CheckConstraint(
                name="participation_decision_not_before_next_year",
                condition=Q(assessed_year__isnull=True) | Q(assessed_year__lt=ExtractYear("effective_on")),
                violation_error_message="取消参与资格的生效日不得早于考核年度的次年1月1日。",
            ),
            models.CheckConstraint(
                name="participation_decision_checked",
                condition=Q(state=State.PROPOSED, checked_by__isnull=True, checked_at__isnull=True)
                | ~Q(state=State.PROPOSED) & Q(checked_by__isnull=False, checked_at__isnull=False) & ~Q(checked_by=F("made_by")),
                violation_error_message="决定须由经办人以外的人员确认或退回。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="participation_decision_no_delete", operation=pgtrigger.Delete),
            legal_steps(DECISION_STEPS, name="participation_decision_legal_steps"),
            pgtrigger.Protect(
                name="participation_decision_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state <> 'proposed'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.get_kind_display()}"

    @fsm_transition(state, DECISION_STEP["confirm"])
    def confirm(self, *, by: Member, at: datetime) -> None:
        """Make the decision hold. In memory only. Source: FP 2.2.1, FP 2.2.2; D9, D45."""
        self.checked_by, self.checked_at = by, at

    @fsm_transition(state, DECISION_STEP["send_back"])
    def send_back(self, *, by: Member, at: datetime, reason: str) -> None:
        """Refuse the decision as it was put. In memory only. Source: D9, D45."""
        self.checked_by, self.checked_at, self.sent_back_reason = by, at, reason
