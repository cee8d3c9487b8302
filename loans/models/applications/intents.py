"""A first agreement to talk, before any application."""

import pgtrigger
from django.db import models

from common.fields import PublicIdField
from loans.models.excluded import refused_while_excluded
from parties.models import Institution, Member
from whitelist.models import Entry


class Intent(models.Model):
    """A bank's and an enterprise's first agreement to talk about one entry. Source: FP 2.2.1; D8."""

    public_id = PublicIdField()
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="intents", verbose_name="银行")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="intents", verbose_name="白名单条目")
    recorded_on = models.DateField("登记日期")
    recorded_by = models.ForeignKey(Member, models.PROTECT, verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "合作意向"
        ordering = ["-recorded_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "entry"],
                name="intent_once_per_bank_and_entry",
                violation_error_message="该银行与该白名单企业(项目)已登记意向。",
            )
        ]
        triggers = [
            refused_while_excluded(
                "intent_not_excluded", period="daterange(NEW.recorded_on, NEW.recorded_on, '[]')", operation=pgtrigger.Insert
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank} — {self.entry}"
