"""How the banks' return rate is found: a tender per loan kind, bids, one blended rate."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from common.enums import Category
from common.fields import MoneyField, PublicIdField, RateField
from parties.models import Institution, Member
from policy.models import ReturnRate
from subsidy.enums import TenderState

TENDERED = (Category.FIXED_ASSET, Category.RD)  # the plan's two kinds of financing; working capital belongs to the project's


class Tender(FSMModelMixin, models.Model):
    """The price tender of one loan kind. Source: FP 1.4.2; D14."""

    public_id = PublicIdField()
    category = models.CharField("贷款类别", max_length=20, choices=Category.choices)
    name = models.CharField("名称", max_length=100)
    document_number = models.CharField("文号", max_length=60)
    opened_on = models.DateField("开始日期")
    planned_volume = MoneyField("计划规模", help_text="元，综合利率的默认权重")
    state = FSMField("状态", default=TenderState.OPEN, choices=TenderState.choices, protected=True)
    closed_on = models.DateField("定标日期", null=True, blank=True)
    result = RateField("中标利率", null=True, blank=True, help_text="年利率，按中标规模加权")
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "利率招标"
        ordering = ["-opened_on", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["document_number", "category"], name="tender_once_per_document", violation_error_message="该文号的同类招标已登记。"
            ),
            models.CheckConstraint(
                name="tender_of_a_tendered_kind",
                condition=Q(category__in=TENDERED),
                violation_error_message="利率招标分为固定资产投资贷款和企业研发投入贷款两类。",
            ),
            models.CheckConstraint(
                name="tender_volume_positive", condition=Q(planned_volume__gt=0), violation_error_message="计划规模须大于零。"
            ),
            models.CheckConstraint(
                name="tender_result_when_closed",
                condition=Q(state=TenderState.OPEN, result__isnull=True, closed_on__isnull=True)
                | Q(
                    state=TenderState.CLOSED,
                    result__isnull=False,
                    result__gt=0,
                    result__lt=1,
                    closed_on__isnull=False,
                    closed_on__gte=F("opened_on"),
                ),
                violation_error_message="定标须填写中标利率和定标日期，且不早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transition(field=state, source=TenderState.OPEN, target=TenderState.CLOSED, custom={"label": "定标"})
    def close(self, *, on: date, result: Decimal) -> None:
        """Record the rate the tender gave. In memory only. Source: FP 1.4.2."""
        self.closed_on, self.result = on, result


class Bid(models.Model):
    """What one bank offered in a tender: the return rate it asks and the volume it would lend. Source: FP 1.4.2."""

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="bids", verbose_name="招标")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="bids", verbose_name="银行")
    rate = RateField("投标利率", help_text="年利率")
    volume = MoneyField("投标规模", help_text="元")
    submitted_on = models.DateField("投标日期")
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "投标"
        ordering = ["tender_id", "rate"]
        constraints = [
            models.UniqueConstraint(fields=["tender", "bank"], name="bid_once_per_bank", violation_error_message="该行已投标。"),
            models.CheckConstraint(
                name="bid_rate_and_volume",
                condition=Q(rate__gt=0, rate__lt=1, volume__gt=0),
                violation_error_message="投标利率应大于 0 且小于 1，投标规模应大于零。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.rate * 100:.4f}%"


class RateDecision(models.Model):
    """One unified rate out of the tenders of both kinds, with weights and document. Source: FP 1.4.2; D14."""

    public_id = PublicIdField()
    fixed_asset = models.ForeignKey(Tender, models.PROTECT, related_name="+", verbose_name="固定资产投资贷款招标")
    rd = models.ForeignKey(Tender, models.PROTECT, related_name="+", verbose_name="企业研发投入贷款招标")
    fixed_asset_weight = MoneyField("固定资产投资贷款权重")
    rd_weight = MoneyField("企业研发投入贷款权重")
    weights_given = models.BooleanField("权重由决定另行确定", help_text="否则为两类贷款的计划规模")
    rate = RateField("综合利率")
    return_rate = models.OneToOneField(ReturnRate, models.PROTECT, related_name="decision", verbose_name="回报利率")
    decided_on = models.DateField("决定日期")
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "综合利率决定"
        ordering = ["-decided_on"]
        constraints = [
            models.CheckConstraint(
                name="rate_decision_weights",
                condition=Q(fixed_asset_weight__gte=0, rd_weight__gte=0) & (Q(fixed_asset_weight__gt=0) | Q(rd_weight__gt=0)),
                violation_error_message="权重不得为负，且至少一个大于零。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decided_on} {self.rate * 100:.4f}%"
