"""Fees for cover: guarantee fees, the dated table of the credit-enhancement fee and its collection."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from common.fields import MoneyField, PublicIdField, RateField, TextKey
from common.fsm import legal_steps
from ledger.models import Entry
from loans.models import Guarantee, Loan
from parties.models import Institution, Member
from risk.enums import MoneyStep
from risk.models.common import MadeAndChecked, checked_by_another, checked_facts, positive
from risk.money_transitions import ENHANCEMENT_FEE_STEPS, GUARANTEE_FEE_STEPS


class EnhancementFeeRate(models.Model):
    """
    The credit-enhancement fee from a day on, set by the fund office; changed by a checked correction alone (``parties.correction_guard``).

    Source: FP 1.5.2(2); D23.
    """

    rate = RateField("年费率", help_text="小数，例如 0.005")
    from_on = models.DateField("生效日期", unique=True)
    document_number = models.CharField("文号", max_length=60)
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")
    recorded_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = verbose_name_plural = "增信服务费标准"
        ordering = ["from_on"]
        constraints = [
            models.CheckConstraint(
                name="enhancement_fee_rate_is_a_rate",
                condition=Q(rate__gte=0, rate__lt=1),
                violation_error_message="年费率须不低于 0%、低于 100%。",
            ),
            models.CheckConstraint(
                name="enhancement_fee_rate_document", condition=~Q(document_number=""), violation_error_message="请填写文号。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on}起 {self.rate * 100:.4f}%"


def _loan_and_days() -> list[tuple[Any, str]]:
    loan = Func(F("loan_id"), F("loan_id"), Value("[]"), function="int8range", output_field=BigIntegerRangeField())
    days = Func(F("from_on"), F("until_on"), function="daterange", output_field=DateRangeField())
    return [(loan, RangeOperators.OVERLAPS), (days, RangeOperators.OVERLAPS)]


class EnhancementFee(MadeAndChecked):
    """The credit-enhancement fee collected of one loan for a period; it feeds the pool. Source: FP 1.5.2(2); D23, D35."""

    public_id = PublicIdField()
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="enhancement_fees", verbose_name="贷款")
    from_on = models.DateField("计费自")
    until_on = models.DateField("计费至(不含)")
    amount = MoneyField("金额", help_text="元")
    collected_on = models.DateField("收取日期")
    voucher = models.CharField("收款凭证号", max_length=64)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记账凭证")

    class Meta:
        verbose_name = verbose_name_plural = "增信服务费收取"
        ordering = ["-collected_on", "-id"]
        constraints = [
            positive("enhancement_fee_positive"),
            models.CheckConstraint(
                name="enhancement_fee_period", condition=Q(until_on__gt=F("from_on")), violation_error_message="计费止日须晚于起日。"
            ),
            ExclusionConstraint(
                name="enhancement_fee_never_twice",
                expressions=_loan_and_days(),
                condition=~Q(step=MoneyStep.RETURNED),
                violation_error_message="该贷款在此期间已收取增信服务费。",
            ),
            models.CheckConstraint(
                name="enhancement_fee_booked_when_checked",
                condition=Q(step=MoneyStep.CHECKED, entry__isnull=False) | (~Q(step=MoneyStep.CHECKED) & Q(entry__isnull=True)),
                violation_error_message="复核后须有记账凭证。",
            ),
            checked_by_another("enhancement_fee_checker_differs"),
            checked_facts("enhancement_fee_checked_facts"),
        ]
        triggers = [legal_steps(ENHANCEMENT_FEE_STEPS, name="enhancement_fee_legal_steps", field="step")]

    def __str__(self) -> str:
        return f"{self.loan} 增信服务费 {self.amount:,.2f} 元"


class GuaranteeFee(MadeAndChecked):
    """A guarantee fee charged for one loan. Source: FP 1.5.2(1); D23."""

    public_id = PublicIdField()
    guarantee = models.ForeignKey(Guarantee, models.PROTECT, related_name="fees", verbose_name="担保")
    guarantor = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="担保公司")
    amount = MoneyField("金额", help_text="元")
    charged_on = models.DateField("收取日期")
    voucher = models.CharField("收款凭证号", max_length=64)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记账凭证")

    class Meta:
        verbose_name = verbose_name_plural = "担保费收取"
        ordering = ["-charged_on", "-id"]
        constraints = [
            positive("guarantee_fee_positive"),
            models.UniqueConstraint(
                fields=["guarantor", "voucher"],
                condition=~Q(step=MoneyStep.RETURNED),
                name="guarantee_fee_voucher_once",
                violation_error_message="该凭证号已登记。",
            ),
            models.UniqueConstraint(
                "guarantor",
                TextKey("voucher"),
                condition=~Q(step=MoneyStep.RETURNED),
                name="guarantee_fee_voucher_alike",
                violation_error_message="该凭证号已登记。",
            ),
            models.CheckConstraint(
                name="guarantee_fee_booked_when_checked",
                condition=Q(step=MoneyStep.CHECKED, entry__isnull=False) | (~Q(step=MoneyStep.CHECKED) & Q(entry__isnull=True)),
                violation_error_message="复核后须有记账凭证。",
            ),
            checked_by_another("guarantee_fee_checker_differs"),
            checked_facts("guarantee_fee_checked_facts"),
        ]
        triggers = [legal_steps(GUARANTEE_FEE_STEPS, name="guarantee_fee_legal_steps", field="step")]

    def __str__(self) -> str:
        return f"{self.guarantee} 担保费 {self.amount:,.2f} 元"
