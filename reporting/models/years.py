"""The statistics of a year: signed for the trust mode, sent to the banks to check, locked."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import PublicIdField
from common.fsm import fsm_transition, legal_steps
from parties.models import Member
from policy.models import Deadline, PolicyVersion
from reporting.enums import YearState
from reporting.response_rates.transitions import YEAR_STEP, YEAR_STEPS

State = YearState
LOCKED_FIELDS = ("locked_on", "locked_by_id", "as_of", "sha256", "policy_version_id")


def _together(*names: str) -> Q:
    """Return that the fields are all there or none is."""
    return Q(**{f"{name}__isnull": True for name in names}) | Q(**{f"{name}__isnull": False for name in names})


class ResponseYear(FSMModelMixin, models.Model):
    """The response rates of the applications submitted in one year. Source: FP 1.6.5, FP 2.2.1; D8, D43."""

    public_id = PublicIdField()
    year = models.PositiveSmallIntegerField("年度", unique=True)
    state = FSMField("状态", default=State.RUNNING, choices=State.choices, protected=True, max_length=14)
    trust_deadline = models.OneToOneField(
        Deadline, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="信托统计报送期限"
    )
    trust_signed_on = models.DateField("信托统计报送日期", null=True, blank=True)
    trust_signed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="信托统计签署人")
    trust_sha256 = models.CharField("信托统计摘要", max_length=64, blank=True)
    published_on = models.DateField("发送核对日期", null=True, blank=True)
    published_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发送人")
    dispute_deadline = models.OneToOneField(Deadline, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对期限")
    locked_on = models.DateField("锁定日期", null=True, blank=True)
    locked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="锁定人")
    as_of = models.DateField("截至日", null=True, blank=True)
    sha256 = models.CharField("锁定摘要", max_length=64, blank=True, help_text="SHA-256")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="适用政策")

    class Meta:
        verbose_name = verbose_name_plural = "响应率"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="response_year_known_state", condition=Q(state__in=State.values), violation_error_message="年度状态不正确。"
            ),
            models.CheckConstraint(
                name="response_year_trust_signed",
                condition=_together("trust_signed_on", "trust_signed_by")
                & (~Q(state=State.TRUST_SIGNED) | Q(trust_signed_on__isnull=False))
                & (~Q(state=State.RUNNING) | Q(trust_signed_on__isnull=True)),
                violation_error_message="信托统计报送须有日期和签署人。",
            ),
            models.CheckConstraint(
                name="response_year_published",
                condition=Q(
                    state__in=[State.RUNNING, State.TRUST_SIGNED],
                    published_on__isnull=True,
                    published_by__isnull=True,
                    dispute_deadline__isnull=True,
                )
                | Q(
                    state__in=[State.DISPUTED, State.LOCKED],
                    published_on__isnull=False,
                    published_by__isnull=False,
                    dispute_deadline__isnull=False,
                ),
                violation_error_message="发送核对须有日期、发送人和核对期限。",
            ),
            models.CheckConstraint(
                name="response_year_locked",
                condition=Q(
                    state=State.LOCKED,
                    locked_on__isnull=False,
                    locked_by__isnull=False,
                    as_of__isnull=False,
                    policy_version__isnull=False,
                    sha256__regex="^[0-9a-f]{64}$",
                )
                | (
                    ~Q(state=State.LOCKED)
                    & Q(locked_on__isnull=True, locked_by__isnull=True, as_of__isnull=True, policy_version__isnull=True, sha256="")
                ),
                violation_error_message="锁定须有日期、锁定人、截至日、适用政策和摘要。",
            ),
            models.CheckConstraint(
                name="response_year_locked_by_another",
                condition=Q(locked_by__isnull=True) | ~Q(locked_by=F("published_by")),
                violation_error_message="发送核对和锁定不得为同一人。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="response_year_no_delete", operation=pgtrigger.Delete),
            legal_steps(YEAR_STEPS, name="response_year_legal_steps"),
            pgtrigger.Protect(
                name="response_year_lock_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state = 'locked' AND (" + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in LOCKED_FIELDS) + ")"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年度响应率"

    @fsm_transition(state, YEAR_STEP["sign_trust"])
    def sign_trust(self, *, by: Member, on: date, sha256: str) -> None:
        """Record the fund manager's signature under the trust mode's part. In memory only. Source: FP 1.6.5; D43."""
        self.trust_signed_by, self.trust_signed_on, self.trust_sha256 = by, on, sha256

    @fsm_transition(state, YEAR_STEP["publish"])
    def publish(self, *, by: Member, on: date, deadline: Deadline) -> None:
        """Send the year to the banks to check. In memory only. Source: FP 1.6.5; D43."""
        self.published_by, self.published_on, self.dispute_deadline = by, on, deadline

    @fsm_transition(state, YEAR_STEP["lock"])
    def lock(self, *, by: Member, on: date, sha256: str, version: PolicyVersion) -> None:
        """Fix cohort and result for good. In memory only. Source: FP 1.6.5, FP 2.2.1; D38, D43."""
        self.locked_by, self.locked_on, self.as_of = by, on, on
        self.sha256, self.policy_version = sha256, version
