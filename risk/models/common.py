"""What every record of money has: a maker, and a checker who is another person."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fsm import fsm_transition
from parties.models import Member
from risk.enums import MoneyStep
from risk.money_transitions import RECOVERY_STEP


class MadeAndChecked(FSMModelMixin, models.Model):
    """A record of money that counts once a second person has checked it."""

    step = FSMField("复核状态", max_length=10, choices=MoneyStep.choices, default=MoneyStep.RECORDED, protected=True)
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="经办")
    made_at = models.DateTimeField("经办时间")
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="复核")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_checked(self) -> bool:
        """Return whether the record counts."""
        return self.step == MoneyStep.CHECKED

    @fsm_transition(step, RECOVERY_STEP["check_off"])  # the states are those of every such record
    def check_off(self, *, by: Member, at: datetime) -> None:
        """Let it count. In memory only. Source: D21, D23."""
        self.checked_by, self.checked_at = by, at

    @fsm_transition(step, RECOVERY_STEP["send_back"])
    def send_back(self, *, by: Member, at: datetime) -> None:
        """Give it back; it never counts. In memory only. Source: D21, D23."""
        self.checked_by, self.checked_at = by, at


def checked_by_another(name: str, *, maker: str = "made_by", checker: str = "checked_by") -> models.CheckConstraint:
    """Return the constraint that maker and checker differ."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{checker}__isnull": True}) | ~Q(**{checker: F(maker)}),
        violation_error_message="经办和复核不得为同一人。",
    )


def checked_facts(name: str) -> models.CheckConstraint:
    """Return the constraint that a checked record names its checker, and one not looked at yet none."""
    looked_at = Q(checked_by__isnull=False, checked_at__isnull=False)
    return models.CheckConstraint(
        name=name,
        condition=Q(step=MoneyStep.RECORDED, checked_by__isnull=True, checked_at__isnull=True) | (~Q(step=MoneyStep.RECORDED) & looked_at),
        violation_error_message="复核须记录复核人和时间。",
    )


def positive(name: str, field: str = "amount") -> models.CheckConstraint:
    """Return the constraint that an amount is above zero."""
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__gt": 0}), violation_error_message="金额须大于零。")


def known(name: str, **words: Any) -> models.CheckConstraint:
    """Return the constraint that columns hold words of their lists."""
    condition = Q(**{f"{field}__in": list(choices) for field, choices in words.items()})
    return models.CheckConstraint(name=name, condition=condition, violation_error_message="请从列表中选择。")
