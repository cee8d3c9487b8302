"""How a fact that was typed wrong was put right, with what stood there before: it is kept for good."""

from datetime import datetime

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import PublicIdField
from common.fsm import fsm_transition, legal_steps
from parties.correction_transitions import CORRECTION_STEP, CORRECTION_STEPS
from parties.enums import CorrectionAction, CorrectionState
from parties.models.parties import Institution, Member

State, Action = CorrectionState, CorrectionAction


class Correction(FSMModelMixin, models.Model):
    """
    One correction of one row, by two persons; or the removal of a row that was not yet in force, by one.

    ``kind`` names the table as ``parties.corrections`` knows it, ``row_id`` its row, ``part`` a part of it (a year). ``before`` is what
    stood there when it was proposed and stays readable here, ``after`` what shall stand; both by column.
    """

    public_id = PublicIdField()
    kind = models.CharField("类别", max_length=40)
    action = models.CharField("办理", max_length=10, choices=Action.choices)
    state = FSMField("状态", default=State.PROPOSED, choices=State.choices, protected=True, max_length=12)
    row_id = models.BigIntegerField("记录编号")
    part = models.CharField("部分", max_length=40, blank=True)
    subject = models.CharField("对象", max_length=200)
    before = models.JSONField("更正前", default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField("更正后", default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField("理由", max_length=500)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="提出单位")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="提出人")
    made_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人")
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    refusal = models.CharField("不通过理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "更正事项"
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "row_id"], name="correction_row")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "row_id", "part"],
                condition=Q(state=State.PROPOSED),
                name="correction_waits_once",
                violation_error_message="该记录已有待复核的更正。",
            ),
            models.CheckConstraint(name="correction_says_why", condition=~Q(reason=""), violation_error_message="请填写更正理由。"),
            models.CheckConstraint(
                name="correction_known_words",
                condition=Q(state__in=State.values, action__in=Action.values),
                violation_error_message="更正事项的状态或办理方式不正确。",
            ),
            models.CheckConstraint(
                name="correction_decided_facts",
                condition=Q(state=State.PROPOSED, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state=State.PROPOSED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                violation_error_message="复核须记录复核人和时间。",
            ),
            models.CheckConstraint(
                name="correction_two_persons",
                condition=~Q(action=Action.CORRECT, state__in=(State.CONFIRMED, State.REFUSED)) | ~Q(decided_by=F("made_by")),
                violation_error_message="更正的提出人和复核人不得为同一人。",
            ),
            models.CheckConstraint(
                name="correction_refused_with_reason",
                condition=~Q(state=State.REFUSED) | ~Q(refusal=""),
                violation_error_message="复核不通过须写明理由。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="correction_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="correction_stays_as_proposed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'proposed' OR (OLD.kind, OLD.action, OLD.row_id, OLD.part, OLD.before, OLD.after, OLD.made_by_id)"
                    " IS DISTINCT FROM (NEW.kind, NEW.action, NEW.row_id, NEW.part, NEW.before, NEW.after, NEW.made_by_id)"
                ),
            ),
            legal_steps(CORRECTION_STEPS, name="correction_legal_steps"),
        ]

    def __str__(self) -> str:
        return self.subject

    @fsm_transition(state, CORRECTION_STEP["confirm"])
    def confirm(self, *, by: Member, at: datetime) -> None:
        """Note the second person's yes; the service puts the row right. In memory only. Source: architecture, who may."""
        self.decided_by, self.decided_at = by, at

    @fsm_transition(state, CORRECTION_STEP["refuse"])
    def refuse(self, *, by: Member, at: datetime, reason: str) -> None:
        """Note the second person's no. In memory only. Source: architecture, who may."""
        self.decided_by, self.decided_at, self.refusal = by, at, reason

    @fsm_transition(state, CORRECTION_STEP["take_back"])
    def take_back(self, *, by: Member, at: datetime) -> None:
        """Note that the house took it back. In memory only. Source: architecture, who may."""
        self.decided_by, self.decided_at = by, at
