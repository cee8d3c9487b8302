"""A bank objects to how one application counts."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import PublicIdField
from common.fsm import fsm_transition, legal_steps
from loans.models import Application
from parties.models import Institution, Member
from policy.models import Deadline
from reporting.enums import ObjectionState, Ruling, Verdict
from reporting.models.years import ResponseYear
from reporting.response_rates.transitions import OBJECTION_STEP, OBJECTION_STEPS

State = ObjectionState


class RateObjection(FSMModelMixin, models.Model):
    """A bank's objection to how one of its applications counts, answered by two persons within a term. Source: FP 1.6.5; D43."""

    public_id = PublicIdField()
    year = models.ForeignKey(ResponseYear, models.PROTECT, related_name="objections", verbose_name="年度")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="融资申请")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="银行")
    asked = models.CharField("请求", max_length=16, choices=Ruling.choices)
    reason = models.TextField("异议理由")
    filed_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="提出人")
    filed_at = models.DateTimeField("提出时间")
    deadline = models.OneToOneField(Deadline, models.PROTECT, related_name="+", verbose_name="答复期限")
    state = FSMField("状态", default=State.FILED, choices=State.choices, protected=True, max_length=10)
    verdict = models.CharField("处理结果", max_length=10, choices=Verdict.choices, blank=True)
    ruled_as = models.CharField("调整为", max_length=16, choices=Ruling.choices, blank=True)
    answer = models.TextField("答复", blank=True)
    proposed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="拟定人")
    sent_back_reason = models.TextField("退回理由", blank=True)
    decided_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人")
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "响应率异议"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "application"],
                condition=~Q(state=State.WITHDRAWN),
                name="rate_objection_once_per_application",
                violation_error_message="该笔申请本年度已提出异议。",
            ),
            models.CheckConstraint(
                name="rate_objection_known_words",
                condition=Q(state__in=State.values, asked__in=Ruling.values, verdict__in=["", *Verdict.values])
                & Q(ruled_as__in=["", *Ruling.values]),
                violation_error_message="请求、处理结果须从列表中选择。",
            ),
            models.CheckConstraint(name="rate_objection_reason_said", condition=~Q(reason=""), violation_error_message="异议须说明理由。"),
            models.CheckConstraint(
                name="rate_objection_answer_whole",
                condition=Q(state__in=[State.FILED, State.WITHDRAWN], verdict="", ruled_as="", answer="", proposed_by__isnull=True)
                | (Q(state__in=[State.PROPOSED, State.ANSWERED], proposed_by__isnull=False) & ~Q(verdict="") & ~Q(answer="")),
                violation_error_message="答复须有处理结果、内容和拟定人。",
            ),
            models.CheckConstraint(
                name="rate_objection_ruling_by_verdict",
                condition=(Q(verdict=Verdict.CHANGED) & ~Q(ruled_as="")) | (~Q(verdict=Verdict.CHANGED) & Q(ruled_as="")),
                violation_error_message="予以调整的须选择调整为何种结果，维持原结果的不选。",
            ),
            models.CheckConstraint(
                name="rate_objection_decided_by_another",
                condition=Q(state=State.ANSWERED, decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))
                | ~Q(state=State.ANSWERED) & Q(decided_by__isnull=True, decided_at__isnull=True),
                violation_error_message="答复须由拟定人以外的复核人员确认。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="rate_objection_no_delete", operation=pgtrigger.Delete),
            legal_steps(OBJECTION_STEPS, name="rate_objection_legal_steps"),
            pgtrigger.Protect(
                name="rate_objection_answer_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state = 'answered'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.year.year}年度异议"

    @fsm_transition(state, OBJECTION_STEP["withdraw"])
    def withdraw(self) -> None:
        """Take the objection back. In memory only. Source: FP 1.6.5; D43."""

    @fsm_transition(state, OBJECTION_STEP["propose"])
    def propose(self, *, by: Member, verdict: Verdict, ruled_as: str, answer: str) -> None:
        """Draft the answer for a second person. In memory only. Source: FP 1.6.5; D43."""
        self.proposed_by, self.verdict, self.ruled_as, self.answer = by, verdict, ruled_as, answer

    @fsm_transition(state, OBJECTION_STEP["send_back"])
    def send_back(self, *, reason: str) -> None:
        """Give a drafted answer back to be drafted anew. In memory only. Source: FP 1.6.5; D43."""
        self.proposed_by, self.verdict, self.ruled_as, self.answer = None, "", "", ""
        self.sent_back_reason = reason

    @fsm_transition(state, OBJECTION_STEP["confirm"])
    def confirm(self, *, by: Member, at: datetime) -> None:
        """Make the answer count. In memory only. Source: FP 1.6.5; D43."""
        self.decided_by, self.decided_at = by, at
