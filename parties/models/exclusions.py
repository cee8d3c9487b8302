"""Periods in which a bank takes no new business in any mode, by a decision of 市工信局."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from common.fields import PublicIdField
from parties.models.parties import Institution, never_twice_at_once


class BankExclusion(models.Model):
    """
    A bank lost its part in the fund from a day on, until a decision gives it back. It never changes but for its end.

    While it lasts the database takes no participation, intent, submission or quota of the bank that lies within.

    Source: FP 2.2.1, FP 2.2.2; D9, D45.
    """

    public_id = PublicIdField()
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="exclusions", verbose_name="银行")
    from_on = models.DateField("自")
    until_on = models.DateField("至(不含)", null=True, blank=True)
    document_number = models.CharField("决定文号", max_length=60)
    end_document_number = models.CharField("恢复决定文号", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "取消参与资格期间"
        ordering = ["bank", "from_on"]
        constraints = [
            models.CheckConstraint(
                name="bank_exclusion_ends_by_document",
                condition=Q(until_on__isnull=True, end_document_number="") | Q(until_on__gt=F("from_on")) & ~Q(end_document_number=""),
                violation_error_message="恢复须有日期和文号，且晚于取消之日。",
            ),
            never_twice_at_once("bank_exclusion_never_overlaps", "bank_id", message="该银行在同一期间已被取消参与资格。"),
        ]
        triggers = [
            pgtrigger.Protect(name="bank_exclusion_no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="bank_exclusion_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.until_on IS NOT NULL OR OLD.bank_id <> NEW.bank_id OR OLD.from_on <> NEW.from_on"
                    " OR OLD.document_number <> NEW.document_number"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.from_on}起取消参与资格"
