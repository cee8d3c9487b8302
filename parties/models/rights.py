"""A change of rights as an act of two persons, and what is handed over afterwards: a first password, a program's secret."""

from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import PublicIdField
from common.fsm import fsm_transition, legal_steps
from parties.enums import RightsState
from parties.models.parties import Enterprise, Institution, Member, User
from parties.rights_transitions import RIGHTS_STEP, RIGHTS_STEPS

OF_THE_SERVER = ("administrators.first", "administrators.emergency")  # made on the server, by nobody's leave; loudly logged


class RightsChange(FSMModelMixin, models.Model):
    """
    One change of rights: proposed by one person, confirmed or refused by another, and without effect before that.

    ``subject`` names whose rights change (``login:…``, ``member:…``, ``client:…``, ``institution:…``); ``before`` is what held when it was
    proposed, ``after`` what shall hold. Neither ever contains a password or a secret.
    """

    public_id = PublicIdField()
    kind = models.CharField("事项", max_length=40)
    state = FSMField("状态", default=RightsState.PROPOSED, choices=RightsState.choices, protected=True, max_length=12)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属机构")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属企业")
    subject = models.CharField("对象标识", max_length=170)
    subject_label = models.CharField("对象", max_length=120)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="rights_changes", verbose_name="成员")
    before = models.JSONField("变更前", default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField("变更后", default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField("事由", max_length=300, blank=True)
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="提出人")
    made_by_user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提出人账号")
    made_at = models.DateTimeField("提出时间")
    ends_at = models.DateTimeField("有效期至")
    decided_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人")
    decided_by_user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人账号")
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    refusal = models.CharField("不予确认的理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "权限事项"
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "-id"], name="rights_change_subject")]
        constraints = [
            models.CheckConstraint(
                name="rights_change_one_house",
                condition=Q(institution__isnull=False, enterprise__isnull=True) | Q(institution__isnull=True, enterprise__isnull=False),
                violation_error_message="权限事项须且只能属于一个机构或一家企业。",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(state=RightsState.PROPOSED),
                name="rights_change_waits_once",
                violation_error_message="该对象已有待确认的权限事项。",
            ),
            models.CheckConstraint(
                name="rights_change_decided_facts",
                condition=Q(state__in=(RightsState.PROPOSED, RightsState.EXPIRED), decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    state__in=(RightsState.CONFIRMED, RightsState.REFUSED, RightsState.WITHDRAWN),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                violation_error_message="确认须记录确认人和时间。",
            ),
            models.CheckConstraint(
                name="rights_change_two_persons",
                condition=~Q(state__in=(RightsState.CONFIRMED, RightsState.REFUSED))
                | Q(kind__in=OF_THE_SERVER)
                | (
                    Q(decided_by_user__isnull=False)
                    & ~Q(decided_by=F("made_by"))
                    & (Q(made_by_user__isnull=True) | ~Q(decided_by_user=F("made_by_user")))
                ),
                violation_error_message="提出人和确认人不得为同一人。",
            ),
            models.CheckConstraint(
                name="rights_change_refused_with_reason",
                condition=~Q(state=RightsState.REFUSED) | ~Q(refusal=""),
                violation_error_message="不予确认须写明理由。",
            ),
        ]
        triggers = [legal_steps(RIGHTS_STEPS, name="rights_legal_steps")]

    def __str__(self) -> str:
        return f"{self.subject_label}"

    @property
    def house(self) -> Institution | Enterprise:
        """Return the institution or enterprise whose member, program or rule changes."""
        house: Any = self.institution if self.institution_id else self.enterprise
        return house

    @fsm_transition(state, RIGHTS_STEP["confirm"])
    def confirm(self, *, by: Member, at: datetime) -> None:
        """Put down the second person's yes; the service makes it take effect. Source: architecture, who may."""
        self._decided(by, at)

    @fsm_transition(state, RIGHTS_STEP["refuse"])
    def refuse(self, *, by: Member, at: datetime, reason: str) -> None:
        """Put down the second person's no with the reason; nothing takes effect. Source: architecture, who may."""
        self.refusal = reason
        self._decided(by, at)

    @fsm_transition(state, RIGHTS_STEP["withdraw"])
    def withdraw(self, *, by: Member, at: datetime) -> None:
        """Take the proposal back. Source: architecture, who may."""
        self._decided(by, at)

    @fsm_transition(state, RIGHTS_STEP["expire"])
    def expire(self) -> None:
        """Put down that nobody decided in time. Source: architecture, who may."""

    def _decided(self, by: Member, at: datetime) -> None:
        self.decided_by, self.decided_by_user, self.decided_at = by, by.user, at


class Handover(models.Model):
    """What a confirmed change hands to a person: a link that the proposer has and a code that the confirmer read, both needed, once."""

    change = models.OneToOneField(RightsChange, models.PROTECT, related_name="handover", verbose_name="权限事项")
    code_digest = models.CharField("交接码校验值", max_length=64)
    issued_at = models.DateTimeField("签发时间")
    ends_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("交接码错误次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "交接"
        constraints = [
            models.CheckConstraint(
                name="handover_ends_after_it_begins",
                condition=Q(ends_at__gt=F("issued_at")),
                violation_error_message="交接的有效期须晚于签发时间。",
            ),
            models.CheckConstraint(
                name="handover_used_in_time",
                condition=Q(used_at__isnull=True) | Q(used_at__gte=F("issued_at"), used_at__lt=F("ends_at")),
                violation_error_message="交接须在有效期内使用。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change}"
