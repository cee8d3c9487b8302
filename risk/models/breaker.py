"""Where each bank stands, how it got there, and its renewed applications for compensation."""

import pgtrigger
from django.db import models

from common.fields import MoneyField, PublicIdField, RateField
from parties.models import Institution, Member
from risk.enums import BreakerCause, BreakerState
from risk.models.common import known


class BankRisk(models.Model):
    """
    One bank's state as last evaluated. Its row is the lock under which everything is paid to the bank.

    Source: FP 1.5.3; D19, D34.
    """

    bank = models.OneToOneField(Institution, models.PROTECT, related_name="risk", verbose_name="银行")
    state = models.CharField("状态", max_length=10, choices=BreakerState.choices, default=BreakerState.NO_DATA)
    since_on = models.DateField("自", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "银行风险状态"
        ordering = ["bank"]
        constraints = [known("bank_risk_known_state", state=BreakerState.values)]

    def __str__(self) -> str:
        return f"{self.bank} {self.get_state_display()}"


class Evidence(models.Model):
    """The figures of a bank at one moment. Yuan, cumulative. Source: FP 1.5.3; D19, D20."""

    disbursed = MoneyField("累计放款", help_text="元")
    bad_debt = MoneyField("坏账本金", help_text="元")
    recovered = MoneyField("追偿收回", help_text="元，扣除费用")
    compensated = MoneyField("已补偿", help_text="元，扣除已退回")
    rate = RateField("坏账率", null=True, blank=True, help_text="六位小数，向下舍去")

    class Meta:
        abstract = True


class BreakerChange(Evidence):
    """A change of a bank's state with the figures it rests on. Source: FP 1.5.3; D19, D34."""

    public_id = PublicIdField()
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="breaker_changes", verbose_name="银行")
    before = models.CharField("原状态", max_length=10, choices=BreakerState.choices)
    after = models.CharField("新状态", max_length=10, choices=BreakerState.choices)
    cause = models.CharField("起因", max_length=16, choices=BreakerCause.choices)
    changed_on = models.DateField("日期")
    changed_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "警示与熔断记录"
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="breaker_change_changes", condition=~models.Q(before=models.F("after")), violation_error_message="状态没有变化。"
            )
        ]
        triggers = [pgtrigger.Protect(name="breaker_change_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.bank} {self.get_before_display()} → {self.get_after_display()}"


class Reapplication(Evidence):
    """A bank's renewed application for compensation, with the figures it could show. Source: FP 1.5.3; D20."""

    public_id = PublicIdField()
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="reapplications", verbose_name="银行")
    applied_on = models.DateField("申请日期")
    reason = models.TextField("申请理由")
    cap_left = MoneyField("剩余可补偿金额", help_text="元")
    applied_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="申请人")
    applied_at = models.DateTimeField("申请时间")

    class Meta:
        verbose_name = verbose_name_plural = "重新申请补偿"
        ordering = ["-applied_at", "-id"]
        triggers = [pgtrigger.Protect(name="reapplication_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.bank} {self.applied_on} 重新申请补偿"


class FeePool(models.Model):
    """The one pool of credit-enhancement fees; its row is the lock under which the pool is spent. Source: FP 1.5.2(2); D23."""

    holder = models.OneToOneField(Institution, models.PROTECT, related_name="+", verbose_name="管理机构")

    class Meta:
        verbose_name = verbose_name_plural = "增信服务费池"

    def __str__(self) -> str:
        return "增信服务费池"
