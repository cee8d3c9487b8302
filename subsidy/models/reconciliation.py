"""The bank's own figures of a settlement, loan by loan, to be held against ours."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField
from common.fsm import fsm_transition, legal_steps
from loans.models import Loan
from parties.models import Member
from subsidy.enums import ReconciliationState
from subsidy.models.settlements import Revision, Settlement
from subsidy.transitions import RECONCILIATION_STEP, RECONCILIATION_STEPS


class Reconciliation(FSMModelMixin, models.Model):
    """
    One file of a bank's figures: first checked, then taken over. The same file for the same revision changes nothing.

    Source: FP 1.6.4.
    """

    public_id = PublicIdField()
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="reconciliations", verbose_name="结算")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="版次")
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    state = FSMField("状态", max_length=10, choices=ReconciliationState.choices, default=ReconciliationState.CHECKED, protected=True)
    row_count = models.PositiveIntegerField("数据行数")
    errors = models.JSONField("有误的行", default=list, help_text="行号、列名、代码、说明")
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="校验人")
    checked_at = models.DateTimeField("校验时间")
    committed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="入库人")
    committed_at = models.DateTimeField("入库时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对账文件"
        ordering = ["-checked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "sha256"], name="reconciliation_file_once", violation_error_message="该文件已对此版次提交过。"
            ),
            models.CheckConstraint(
                name="reconciliation_committed_facts",
                condition=Q(state=ReconciliationState.COMMITTED, committed_by__isnull=False, committed_at__isnull=False)
                | Q(state=ReconciliationState.CHECKED, committed_by__isnull=True, committed_at__isnull=True),
                violation_error_message="入库须记录入库人和时间。",
            ),
        ]
        triggers = [legal_steps(RECONCILIATION_STEPS, name="reconciliation_legal_steps")]

    def __str__(self) -> str:
        return f"{self.settlement} {self.filename}"

    @fsm_transition(state, RECONCILIATION_STEP["commit"])
    def commit(self, *, by: Member, at: datetime) -> None:
        """Say who took it over as the bank's word, and when. In memory only. Source: FP 1.6.4."""
        self.committed_by, self.committed_at = by, at


class BankFigure(models.Model):
    """What the bank says one loan earns in the settlement. Yuan."""

    reconciliation = models.ForeignKey(Reconciliation, models.PROTECT, related_name="figures", verbose_name="对账文件")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="+", verbose_name="贷款")
    row = models.PositiveIntegerField("行号")
    bank_interest = MoneyField("按回报利率计息", null=True, blank=True, help_text="元")
    subsidy = MoneyField("贴息", help_text="元")

    class Meta:
        verbose_name = verbose_name_plural = "银行对账数据"
        ordering = ["reconciliation_id", "row"]
        constraints = [
            models.UniqueConstraint(
                fields=["reconciliation", "loan"], name="bank_figure_once_per_loan", violation_error_message="同一贷款重复。"
            )
        ]
