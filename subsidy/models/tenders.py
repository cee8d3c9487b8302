"""How the banks' return rate is found: a tender per loan kind, one blended rate."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.enums import Category
from common.fields import MoneyField, PublicIdField, RateField, TextKey
from common.fsm import fsm_transition
from parties.models import Member
from policy.models import ReturnRate
from subsidy.enums import BIDS_READABLE, TenderState
from subsidy.tender_transitions import TENDER_STEP

TENDERED = (Category.FIXED_ASSET, Category.RD)  # the plan's two kinds of financing; working capital belongs to the project's


def _no_opening(*more: str) -> dict[str, Any]:
    """Return the lookups that say that nobody opened the bids, nor, with ``more``, asked for it."""
    return {f"{name}__isnull": True for name in ("opening_confirmed_by", "bids_opened_at", *more)}


class Tender(FSMModelMixin, models.Model):
    """The price tender of one loan kind: bids under seal until the closing, opened by two houses, then awarded. Source: FP 1.4.2; D14."""

    public_id = PublicIdField()
    category = models.CharField("贷款类别", max_length=20, choices=Category.choices)
    name = models.CharField("名称", max_length=100)
    document_number = models.CharField("文号", max_length=60)
    opened_on = models.DateField("开始日期")
    closes_at = models.DateTimeField("投标截止时间", null=True, blank=True, help_text="北京时间；到此刻即截止")
    planned_volume = MoneyField("计划规模", help_text="元，综合利率的默认权重")
    state = FSMField("状态", default=TenderState.OPEN, choices=TenderState.choices, protected=True)
    is_sealed = models.BooleanField("密封投标", default=True, help_text="启用密封投标前登记的招标为否")
    closed_at = models.DateTimeField("截止办理时间", null=True, blank=True)
    opening_proposed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提请开标人")
    opening_proposed_at = models.DateTimeField("提请开标时间", null=True, blank=True)
    opening_confirmed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认开标人")
    bids_opened_at = models.DateTimeField("开标时间", null=True, blank=True)
    awarded_on = models.DateField("定标日期", null=True, blank=True)
    result = RateField("中标利率", null=True, blank=True, help_text="年利率，按中标规模加权")
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "利率招标"
        ordering = ["-opened_on", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["document_number", "category"], name="tender_once_per_document", violation_error_message="该文号的同类招标已登记。"
            ),
            models.UniqueConstraint(
                TextKey("document_number"), "category", name="tender_document_alike", violation_error_message="该文号的同类招标已登记。"
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
                name="tender_known_state", condition=Q(state__in=TenderState.values), violation_error_message="招标状态不正确。"
            ),
            models.CheckConstraint(
                name="tender_closing_facts",
                condition=Q(is_sealed=False, closed_at__isnull=True)
                | Q(is_sealed=True, state=TenderState.OPEN, closes_at__isnull=False, closed_at__isnull=True)
                | (
                    Q(is_sealed=True, closes_at__isnull=False, closed_at__isnull=False, closed_at__gte=F("closes_at"))
                    & ~Q(state=TenderState.OPEN)
                ),
                violation_error_message="须填写投标截止时间，且到截止时间后才能截止。",
            ),
            models.CheckConstraint(
                name="tender_opening_facts",
                condition=Q(is_sealed=False, state__in=BIDS_READABLE, **_no_opening("opening_proposed_by", "opening_proposed_at"))
                | Q(
                    is_sealed=True,
                    state__in=(TenderState.OPEN, TenderState.CLOSED),
                    **_no_opening("opening_proposed_by", "opening_proposed_at"),
                )
                | Q(
                    is_sealed=True,
                    state=TenderState.OPENING,
                    opening_proposed_by__isnull=False,
                    opening_proposed_at__isnull=False,
                    opening_proposed_at__gte=F("closed_at"),
                    **_no_opening(),
                )
                | (
                    Q(is_sealed=True, state__in=BIDS_READABLE, opening_proposed_by__isnull=False, opening_confirmed_by__isnull=False)
                    & Q(opening_proposed_at__isnull=False, opening_proposed_at__gte=F("closed_at"))
                    & Q(bids_opened_at__isnull=False, bids_opened_at__gte=F("opening_proposed_at"))
                    & ~Q(opening_confirmed_by=F("opening_proposed_by"))
                ),
                violation_error_message="开标须在截止后由两人先后提请和确认。",
            ),
            models.CheckConstraint(
                name="tender_award_facts",
                condition=(Q(result__isnull=True, awarded_on__isnull=True) & ~Q(state=TenderState.AWARDED))
                | (
                    Q(state=TenderState.AWARDED, result__isnull=False, result__gt=0, result__lt=1)
                    & Q(awarded_on__isnull=False, awarded_on__gte=F("opened_on"))
                ),
                violation_error_message="定标须填写中标利率和定标日期，且不早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def takes_bids(self, at: datetime) -> bool:
        """Return whether bids are taken at a moment; the closing itself is too late. Source: FP 1.4.2."""
        return self.state == TenderState.OPEN and self.closes_at is not None and at < self.closes_at

    @fsm_transition(state, TENDER_STEP["close"])
    def close(self, *, at: datetime) -> None:
        """Take no more bids. In memory only. Source: FP 1.4.2."""
        self.closed_at = at

    @fsm_transition(state, TENDER_STEP["propose_opening"])
    def propose_opening(self, *, by: Member, at: datetime) -> None:
        """Ask the other house to open the bids. In memory only. Source: FP 1.4.2, FP 1.1.3."""
        self.opening_proposed_by, self.opening_proposed_at = by, at

    @fsm_transition(state, TENDER_STEP["decline_opening"])
    def decline_opening(self) -> None:
        """Leave the bids sealed. In memory only. Source: FP 1.4.2."""
        self.opening_proposed_by = self.opening_proposed_at = None

    @fsm_transition(state, TENDER_STEP["confirm_opening"])
    def confirm_opening(self, *, by: Member, at: datetime) -> None:
        """Open the bids. In memory only: the service unseals them. Source: FP 1.4.2, FP 1.1.3."""
        self.opening_confirmed_by, self.bids_opened_at = by, at

    @fsm_transition(state, TENDER_STEP["award"])
    def award(self, *, on: date, result: Decimal) -> None:
        """Record the rate the tender gave. In memory only. Source: FP 1.4.2."""
        self.awarded_on, self.result = on, result


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
