"""
A quarter's subsidy of one bank in one mode: settlement, revisions, lines, shares, objections.

A revision is written once, lines and shares first, and never changed after (triggers in ``0002_guards``); a filed settlement keeps the
revision it was filed with.
"""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django_fsm import FSMField, FSMModelMixin

from common.dates import Period, settlement_quarter
from common.enums import Mode
from common.fields import MoneyField, PublicIdField, RateField, TextKey
from common.fsm import fsm_transition, legal_steps
from common.money import ZERO
from loans.models import Loan
from parties.models import District, Institution, Member
from subsidy.enums import SETTLEMENT_FINAL, ObjectionState, SettlementState
from subsidy.rules import BANK_RATE_BELOW_ENTERPRISE_RATE
from subsidy.transitions import OBJECTION_STEP, OBJECTION_STEPS, SETTLEMENT_STEP, SETTLEMENT_STEPS

CONFIRMED_ON = [SettlementState.CONFIRMED, SettlementState.REVIEWED, SettlementState.FILED, SettlementState.PAID]
REVIEWED_ON = [SettlementState.REVIEWED, SettlementState.FILED, SettlementState.PAID]


class Settlement(FSMModelMixin, models.Model):
    """What the treasuries owe one bank for one quarter in one mode. Source: FP 1.4.1, FP 1.6.4; D10-D13, D41."""

    public_id = PublicIdField()
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="settlements", verbose_name="银行")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度")
    from_on = models.DateField("结息期自")
    until_on = models.DateField("结息期至(不含)")
    state = FSMField("状态", default=SettlementState.DRAFT, choices=SettlementState.choices, protected=True)
    current = models.ForeignKey("Revision", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="现行版次")
    confirmed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人")
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    reviewed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人")
    reviewed_on = models.DateField("审核日期", null=True, blank=True)
    filed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="备案登记人")
    filed_on = models.DateField("备案日期", null=True, blank=True)
    record_number = models.CharField("备案号", max_length=60, blank=True)
    paid_on = models.DateField("拨付完成日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "贴息结算"
        ordering = ["-year", "-quarter", "bank_id", "mode"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "mode", "year", "quarter"], name="settlement_once_per_quarter", violation_error_message="该季度已有结算。"
            ),
            models.UniqueConstraint(
                fields=["record_number"],
                condition=~Q(record_number=""),
                name="settlement_record_number_once",
                violation_error_message="该备案号已登记。",
            ),
            models.UniqueConstraint(
                TextKey("record_number"),
                condition=~Q(record_number=""),
                name="settlement_record_number_alike",
                violation_error_message="该备案号已登记。",
            ),
            models.CheckConstraint(
                name="settlement_quarter_of_a_year", condition=Q(quarter__gte=1, quarter__lte=4, until_on__gt=F("from_on"))
            ),
            models.CheckConstraint(
                name="settlement_known_words",
                condition=Q(mode__in=Mode.values, state__in=SettlementState.values),
                violation_error_message="出资模式和状态须从列表中选择。",
            ),
            models.CheckConstraint(
                name="settlement_confirmed_facts",
                condition=Q(state__in=CONFIRMED_ON, confirmed_on__isnull=False, confirmed_by__isnull=False, current__isnull=False)
                | (~Q(state__in=CONFIRMED_ON) & Q(confirmed_on__isnull=True, confirmed_by__isnull=True)),
                violation_error_message="确认须记录确认人和日期。",
            ),
            models.CheckConstraint(
                name="settlement_reviewed_facts",
                condition=Q(state__in=REVIEWED_ON, reviewed_on__isnull=False, reviewed_on__gte=F("confirmed_on"), reviewed_by__isnull=False)
                | (~Q(state__in=REVIEWED_ON) & Q(reviewed_on__isnull=True, reviewed_by__isnull=True)),
                violation_error_message="审核须记录审核人和日期，且不早于确认日期。",
            ),
            models.CheckConstraint(
                name="settlement_filed_facts",
                condition=(
                    Q(state__in=SETTLEMENT_FINAL, filed_on__isnull=False, filed_on__gte=F("reviewed_on"), filed_by__isnull=False)
                    & ~Q(record_number="")
                )
                | (~Q(state__in=SETTLEMENT_FINAL) & Q(filed_on__isnull=True, filed_by__isnull=True, record_number="")),
                violation_error_message="备案须记录备案号、登记人和日期，且不早于审核日期。",
            ),
            models.CheckConstraint(
                name="settlement_paid_facts",
                condition=Q(state=SettlementState.PAID, paid_on__isnull=False, paid_on__gte=F("filed_on"))
                | (~Q(state=SettlementState.PAID) & Q(paid_on__isnull=True)),
                violation_error_message="拨付完成日期不得早于备案日期。",
            ),
        ]
        triggers = [legal_steps(SETTLEMENT_STEPS, name="settlement_legal_steps")]

    def __str__(self) -> str:
        return f"{self.year}年第{self.quarter}季度 {self.bank} {self.get_mode_display()}"

    @property
    def period(self) -> Period:
        """Return the days settled, the last one excluded. Source: D10."""
        return Period(self.from_on, self.until_on)

    @property
    def is_final(self) -> bool:
        """Return whether its lines can no longer change. Source: D13."""
        return self.state in SETTLEMENT_FINAL

    @fsm_transition(state, SETTLEMENT_STEP["confirm"])
    def confirm(self, *, by: Member, on: date) -> None:
        """Record the yes of the bank or, in trust mode, the fund manager. In memory only. Source: FP 1.6.4."""
        self.confirmed_by, self.confirmed_on = by, on

    @fsm_transition(state, SETTLEMENT_STEP["review"])
    def review(self, *, by: Member, on: date) -> None:
        """Record 市工信局's review. In memory only. Source: FP 1.6.4."""
        self.reviewed_by, self.reviewed_on = by, on

    @fsm_transition(state, SETTLEMENT_STEP["send_back"])
    def send_back(self) -> None:
        """Take confirmation and review back; the service opens a new revision. In memory only. Source: D13."""
        self.confirmed_by = self.confirmed_on = self.reviewed_by = self.reviewed_on = None

    @fsm_transition(state, SETTLEMENT_STEP["file"])
    def file(self, *, by: Member, on: date, record_number: str) -> None:
        """Record the filing with 市财政局: a number, not an approval; lines are final. In memory only. Source: FP 1.6.4; D13, D41."""
        self.filed_by, self.filed_on, self.record_number = by, on, record_number

    @fsm_transition(state, SETTLEMENT_STEP["finish"])
    def finish(self, *, on: date) -> None:
        """Record that every payer has paid. In memory only. Source: D41."""
        self.paid_on = on


class Revision(models.Model):
    """
    One computation of a settlement, as it was; a newer one replaces it, none is changed.

    It knew the movements up to ``movements_through`` (a row number); what was recorded later is not in it. Rates numbered above
    ``rates_through`` are looked at again by the next settlement.
    ``sha256`` names the revision in a confirmation.
    """

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="revisions", verbose_name="结算")
    number = models.PositiveSmallIntegerField("版次")
    reason = models.TextField("重新计算原因", blank=True)
    follows = models.ForeignKey(Settlement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上一次已备案结算")
    movements_through = models.BigIntegerField("计入的最后变动", help_text="此后登记的贷款变动未计入")
    rates_through = models.BigIntegerField("计入的最后利率", help_text="此后登记的利率由下一次结算核对")
    computed_at = models.DateTimeField("计算时间")
    computed_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="计算人")
    line_count = models.PositiveIntegerField("本期明细数")
    adjustment_count = models.PositiveIntegerField("调整明细数")
    bank_interest = MoneyField("按回报利率计息", help_text="元，本期明细合计")
    enterprise_interest = MoneyField("企业应付利息", help_text="元，本期明细合计")
    subsidy = MoneyField("本期贴息", help_text="元")
    adjustments = MoneyField("以前季度调整", help_text="元")
    carried_in = MoneyField("上期结转", help_text="元，不大于零")
    city = MoneyField("市级承担", help_text="元")
    county = MoneyField("县级承担", help_text="元")
    carried_out = MoneyField("结转下期", help_text="元，不大于零")
    content_sha256 = models.CharField("内容摘要", max_length=64)
    sha256 = models.CharField("版次摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "结算版次"
        ordering = ["settlement_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "number"], name="revision_number_once"),
            models.CheckConstraint(
                name="revision_sums_tie",
                condition=Q(city=F("subsidy") + F("adjustments") + F("carried_in") - F("carried_out") - F("county")),
                violation_error_message="市县承担与结转之和须等于贴息、调整与上期结转之和。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.settlement} 第{self.number}版"

    @property
    def total(self) -> Decimal:
        """Return yuan both treasuries pay together."""
        return self.city + self.county


class Line(models.Model):
    """
    One loan and quarter in a revision. A line of an earlier quarter is an adjustment: what it should be, less what was settled.

    ``earns_until``, ``stopped_on`` and the rates are the loan's as they were known then. Where a loan came to another county, the old one
    has a line of its own without days, that takes back what was settled. Source: D11, D12, D13.
    """

    revision = models.ForeignKey(Revision, models.PROTECT, db_index=False, related_name="lines", verbose_name="版次")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="subsidy_lines", verbose_name="贷款")
    district = models.ForeignKey(District, models.PROTECT, db_index=False, related_name="+", verbose_name="承担县(市、区)")
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度")
    days = models.PositiveSmallIntegerField("计息天数")
    earns_until = models.DateField("贴息止日(不含)", null=True, blank=True)
    stopped_on = models.DateField("停止贴息日", null=True, blank=True)
    first_rate = RateField("回报利率", null=True, blank=True, help_text="年利率，自首次放款起")
    later_rates = models.JSONField("此后的回报利率", null=True, blank=True, help_text="起始日与年利率")
    county_share = models.DecimalField("县级分担比例", max_digits=5, decimal_places=4)
    bank_interest = MoneyField("按回报利率计息", help_text="元")
    enterprise_interest = MoneyField("企业应付利息", help_text="元")
    settled = MoneyField("此前已结算", help_text="元，仅调整明细")
    subsidy = MoneyField("贴息", help_text="元，调整明细可为负")

    class Meta:
        verbose_name = verbose_name_plural = "结算明细"
        ordering = ["revision_id", "loan_id", "year", "quarter"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "loan", "year", "quarter", "district"], name="line_once_per_loan_and_quarter"),
            models.CheckConstraint(
                name="line_subsidy_is_difference",
                condition=Q(subsidy=Greatest(F("bank_interest") - F("enterprise_interest"), ZERO) - F("settled")),
                violation_error_message="贴息须等于两项利息之差(不小于零)减此前已结算金额。",
            ),
        ]
        indexes = [models.Index(fields=["loan"], condition=Q(stopped_on__isnull=False), name="line_stopped")]

    def __str__(self) -> str:
        return f"{self.year}年第{self.quarter}季度 {self.loan}"

    @property
    def due(self) -> Decimal:
        """Return yuan the loan earns for the quarter in all. Source: D11."""
        return max(self.bank_interest - self.enterprise_interest, ZERO)

    @property
    def flags(self) -> tuple[str, ...]:
        """Return what an officer should look at. Source: D11."""
        return (BANK_RATE_BELOW_ENTERPRISE_RATE,) if self.bank_interest < self.enterprise_interest else ()

    def period_of(self, settlement: Settlement) -> Period:
        """Return the days of the line's quarter, the last one excluded. Source: D10."""
        if (self.year, self.quarter) == (settlement.year, settlement.quarter):
            return settlement.period
        return settlement_quarter(self.year, self.quarter, first_day=settlement.from_on.day)


class Share(models.Model):
    """
    What city and one county bear of a revision; a sum below zero is carried to that county's next settlement. Source: D12.

    One row per county and county share; the share is the same for all loans unless policy versions differ in it.
    """

    revision = models.ForeignKey(Revision, models.PROTECT, db_index=False, related_name="shares", verbose_name="版次")
    district = models.ForeignKey(District, models.PROTECT, related_name="subsidy_shares", verbose_name="县(市、区)")
    county_share = models.DecimalField("县级分担比例", max_digits=5, decimal_places=4)
    line_count = models.PositiveIntegerField("明细数")
    subsidy = MoneyField("贴息合计", help_text="元，含调整")
    carried_in = MoneyField("上期结转", help_text="元，不大于零")
    city = MoneyField("市级承担", help_text="元")
    county = MoneyField("县级承担", help_text="元")
    carried_out = MoneyField("结转下期", help_text="元，不大于零")

    class Meta:
        verbose_name = verbose_name_plural = "市县分担"
        ordering = ["revision_id", "district_id", "county_share"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "district", "county_share"], name="share_once_per_county"),
            models.CheckConstraint(
                name="share_sums_tie",
                condition=Q(city=F("subsidy") + F("carried_in") - F("carried_out") - F("county")),
                violation_error_message="市县承担与结转之和须等于贴息与上期结转之和。",
            ),
            models.CheckConstraint(
                name="share_not_negative",
                condition=Q(city__gte=0, county__gte=0, carried_in__lte=0, carried_out__lte=0),
                violation_error_message="市县承担不得为负，结转不得为正。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision} {self.district}"


class Objection(FSMModelMixin, models.Model):
    """A county's objection to its share, to be settled before filing. Source: D41."""

    public_id = PublicIdField()
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="objections", verbose_name="结算")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="objections", verbose_name="版次")
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="县(市、区)")
    reason = models.TextField("异议理由")
    raised_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="提出人")
    raised_at = models.DateTimeField("提出时间")
    state = FSMField("状态", default=ObjectionState.OPEN, choices=ObjectionState.choices, protected=True)
    answer = models.TextField("答复或撤回说明", blank=True)
    resolved_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人")
    resolved_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "县级异议"
        ordering = ["raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "district"],
                condition=Q(state=ObjectionState.OPEN),
                name="objection_one_open_per_county",
                violation_error_message="本县(市、区)对该结算已有未处理的异议。",
            ),
            models.CheckConstraint(
                name="objection_known_state", condition=Q(state__in=ObjectionState.values), violation_error_message="异议状态不正确。"
            ),
            models.CheckConstraint(
                name="objection_resolved_facts",
                condition=Q(state=ObjectionState.OPEN, resolved_by__isnull=True, resolved_at__isnull=True)
                | (~Q(state=ObjectionState.OPEN) & Q(resolved_by__isnull=False, resolved_at__isnull=False)),
                violation_error_message="处理异议须记录处理人和时间。",
            ),
            models.CheckConstraint(
                name="objection_answer_said",
                condition=~Q(state=ObjectionState.ANSWERED) | ~Q(answer=""),
                violation_error_message="答复异议须写明答复内容。",
            ),
            models.CheckConstraint(name="objection_reason_said", condition=~Q(reason=""), violation_error_message="异议须说明理由。"),
        ]
        triggers = [legal_steps(OBJECTION_STEPS, name="objection_legal_steps")]

    def __str__(self) -> str:
        return f"{self.settlement} {self.district}异议"

    @fsm_transition(state, OBJECTION_STEP["withdraw"])
    def withdraw(self, *, remark: str) -> None:
        """Record that the county no longer objects. In memory only. Source: D41."""
        self.answer = remark

    @fsm_transition(state, OBJECTION_STEP["reply"])
    def reply(self, *, answer: str) -> None:
        """Record 市工信局's answer. In memory only. Source: D41."""
        self.answer = answer
