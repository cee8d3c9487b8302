"""How much a bank set aside for the fund."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from common.enums import Mode
from common.fields import MoneyField, PublicIdField
from loans.models.excluded import refused_while_excluded
from parties.models import Institution


def _no_two_at_once(mode: str) -> ExclusionConstraint:
    """Return the constraint that a bank's quotas of one mode never overlap; the id as a range of one needs no extension."""
    bank = Func(F("bank_id"), F("bank_id"), Value("[]"), function="int8range", output_field=BigIntegerRangeField())
    days = Func(F("from_on"), F("until_on"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=f"bank_quota_{mode}_never_overlaps",
        expressions=[(bank, RangeOperators.OVERLAPS), (days, RangeOperators.OVERLAPS)],
        condition=Q(mode=mode),
        violation_error_message="该银行在此模式下已有重叠的额度期间。",
    )


class BankQuota(models.Model):
    """How much a bank may lend in one mode, in one period: a limit on outstanding plus approved-not-drawn. Source: FP 1.3; D40."""

    public_id = PublicIdField()
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="quotas", verbose_name="银行")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    amount = MoneyField("额度", help_text="元")
    from_on = models.DateField("自")
    until_on = models.DateField("至(不含)", null=True, blank=True)
    document_number = models.CharField("文号", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "银行额度"
        ordering = ["bank", "mode", "from_on"]
        constraints = [
            models.CheckConstraint(name="bank_quota_not_negative", condition=Q(amount__gte=0), violation_error_message="额度不能为负数。"),
            models.CheckConstraint(
                name="bank_quota_period",
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                violation_error_message="截止日须晚于起始日。",
            ),
            models.CheckConstraint(name="bank_quota_mode", condition=Q(mode__in=Mode.values), violation_error_message="请选择出资模式。"),
            *(_no_two_at_once(mode) for mode in Mode.values),
        ]
        triggers = [
            refused_while_excluded(
                "bank_quota_not_excluded",
                period="daterange(NEW.from_on, NEW.until_on)",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("bank_id", "from_on", "until_on"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.get_mode_display()} {self.from_on}起"
