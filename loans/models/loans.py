"""The loan: one contract, its rates, its guarantee, and how its money was used."""

from datetime import date
from decimal import Decimal
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from common.enums import Category, Mode, Security
from common.fields import MoneyField, PublicIdField, RateField, TextKey
from common.money import ZERO
from loans.enums import LoanStage
from loans.models.applications import Application
from loans.rules.balances import Balance, stage_of
from loans.rules.caps import Committed, committed_by_loan
from parties.models import District, Enterprise, Institution, Member
from policy.models import PolicyVersion, ReturnRate
from whitelist.models import Project

FROZEN_TOGETHER = ("first_drawdown_on", "return_rate", "district", "earns_until")
FIXED_BY_CONTRACT = (
    "application_id",
    "contract_number",
    "bank_id",
    "mode",
    "category",
    "security",
    "enterprise_id",
    "project_id",
    "policy_version_id",
    "contract_amount",
    "enterprise_rate",
    "signed_on",
    "matures_on",
    "available_until",
)


# What the contract says, in the order of reading: on the loan's page, in the exported list and to programs.
CONTRACT_TERMS = ("mode", "category", "security", "contract_amount", "signed_on", "matures_on", "available_until")
BUT_AS_CORRECTED = """
    IF EXISTS (
        SELECT FROM parties_correction c
        WHERE c.kind = 'loan_contract' AND c.row_id = OLD.id AND c.state = 'confirmed' AND c.action = 'correct'
            AND to_jsonb(jsonb_populate_record(OLD, c.after)) = to_jsonb(NEW)
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table but by a checked correction', TG_TABLE_NAME;
"""
OUTSTANDING = F("performing") + F("overdue")  # of a loan, or what a movement does to it: ``Balance.outstanding`` in the database


class LoanQuerySet(models.QuerySet["Loan"]):
    """Loans with what they owe on a day."""

    def with_balances(self, day: date) -> Self:
        """
        Add ``performing_then``, ``overdue_then``, ``outstanding_then``, ``drawn_then`` (yuan at the end of ``day``) and ``stage_then``.

        One aggregate over the movements; a back-dated one counts from its value date.
        """
        until = Q(movements__value_on__lte=day)
        zero = Value(ZERO, output_field=MoneyField())
        sums = {
            f"{name}_then": Coalesce(Sum(f"movements__{name}", filter=until, output_field=MoneyField()), zero)
            for name in ("performing", "overdue", "drawn")
        }
        with_sums = self.annotate(**sums)
        return with_sums.annotate(
            outstanding_then=ExpressionWrapper(F("performing_then") + F("overdue_then"), output_field=MoneyField()),
            stage_then=Case(
                When(drawn_then=0, then=Value(LoanStage.CONTRACTED)),
                When(overdue_then__gt=0, then=Value(LoanStage.OVERDUE)),
                When(
                    Q(outstanding_then__gt=0) | Q(available_until__gt=day, drawn_then__lt=F("contract_amount")),
                    then=Value(LoanStage.DRAWN),
                ),
                default=Value(LoanStage.SETTLED),
                output_field=models.CharField(),
            ),
        )


class Loan(models.Model):
    """
    One contract. Rate and county are fixed at the first drawdown.

    ``performing``, ``overdue`` and ``drawn`` are the sums over all its movements, kept by a trigger of the database when movements are
    added, so that caps and lists read one row per loan; balances on a day are computed from the movements.

    Source: FP 1.4.1; D12, D14, D39.
    """

    public_id = PublicIdField()
    application = models.OneToOneField(Application, models.PROTECT, related_name="loan", verbose_name="申请")
    contract_number = models.CharField("合同编号", max_length=64)
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="loans", verbose_name="银行")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    category = models.CharField("贷款类别", max_length=20, choices=Category.choices)
    security = models.CharField("担保方式", max_length=10, choices=Security.choices)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="loans", verbose_name="企业")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="loans", verbose_name="项目")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, verbose_name="适用政策")
    contract_amount = MoneyField("合同金额", help_text="元")
    enterprise_rate = RateField("企业利率", help_text="年利率，小数")
    signed_on = models.DateField("签约日期")
    matures_on = models.DateField("到期日")
    available_until = models.DateField("可提款至(不含)")
    performing = MoneyField("正常本金", default=ZERO, db_default=0, editable=False, help_text="元，全部变动之和")
    overdue = MoneyField("逾期本金", default=ZERO, db_default=0, editable=False, help_text="元，全部变动之和")
    drawn = MoneyField("累计放款", default=ZERO, db_default=0, editable=False, help_text="元，冲正后净额")
    first_drawdown_on = models.DateField("首次放款日", null=True, blank=True)
    return_rate = models.ForeignKey(ReturnRate, models.PROTECT, null=True, blank=True, verbose_name="回报利率")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name="贴息承担县(市、区)")
    earns_until = models.DateField("贴息止日(不含)", null=True, blank=True, help_text="合同到期、首次放款后五年两者中较早的一日")
    subsidy_stopped_on = models.DateField("停止贴息日", null=True, blank=True, help_text="自该日起不再贴息")
    recognised_bad_on = models.DateField("认定坏账日", null=True, blank=True, help_text="认定后收回的款项登记为追偿收回，不再登记还款")

    objects = LoanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "贷款"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["bank", "mode"], name="loan_bank_mode"),
            models.Index(fields=["district"], name="loan_district"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "contract_number"], name="loan_contract_once_per_bank", violation_error_message="该行已有此合同编号。"
            ),
            models.UniqueConstraint(
                "bank", TextKey("contract_number"), name="loan_contract_alike", violation_error_message="该行已有此合同编号。"
            ),
            models.CheckConstraint(
                name="loan_known_words",
                condition=Q(mode__in=Mode.values, category__in=Category.values, security__in=Security.values),
                violation_error_message="出资模式、贷款类别和担保方式须从列表中选择。",
            ),
            models.CheckConstraint(
                name="loan_project_by_category",
                condition=Q(category=Category.RD, project__isnull=True) | (~Q(category=Category.RD) & Q(project__isnull=False)),
                violation_error_message="项目贷款须对应项目，企业研发投入贷款不对应项目。",
            ),
            models.CheckConstraint(
                name="loan_amount_positive", condition=Q(contract_amount__gt=0), violation_error_message="合同金额须大于零。"
            ),
            models.CheckConstraint(
                name="loan_rate_is_a_rate",
                condition=Q(enterprise_rate__gte=0, enterprise_rate__lt=1),
                violation_error_message="企业利率须不低于 0%、低于 100%（例如 2%）。",
            ),
            models.CheckConstraint(
                name="loan_dates_in_order",
                condition=Q(available_until__gt=F("signed_on"), matures_on__gte=F("available_until")),
                violation_error_message="可提款期须在签约之后、到期日以前结束。",
            ),
            models.CheckConstraint(
                name="loan_balance_possible",
                condition=Q(performing__gte=0, overdue__gte=0, drawn__gte=OUTSTANDING, drawn__lte=F("contract_amount")),
                violation_error_message="贷款余额不能为负数，累计放款不能超过合同金额。",
            ),
            models.CheckConstraint(
                name="loan_frozen_at_first_drawdown",
                condition=Q(**{f"{name}__isnull": True for name in FROZEN_TOGETHER})
                | Q(**{f"{name}__isnull": False for name in FROZEN_TOGETHER}),
                violation_error_message="首次放款日、回报利率、贴息承担县(市、区)和贴息止日须同时确定。",
            ),
            models.CheckConstraint(
                name="loan_first_drawdown_within_contract",
                condition=Q(first_drawdown_on__isnull=True)
                | Q(
                    first_drawdown_on__gte=F("signed_on"),
                    first_drawdown_on__lt=F("available_until"),
                    earns_until__gt=F("first_drawdown_on"),
                    earns_until__lte=F("matures_on"),
                ),
                violation_error_message="首次放款日须在可提款期内，贴息止日须在其后且不晚于到期日。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="loan_no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="loan_bad_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.recognised_bad_on IS NOT NULL AND OLD.recognised_bad_on IS DISTINCT FROM NEW.recognised_bad_on"
                ),
            ),
            pgtrigger.Trigger(
                name="loan_fixed_by_contract",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(" OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FIXED_BY_CONTRACT)),
                func=BUT_AS_CORRECTED,
            ),
        ]

    def __str__(self) -> str:
        return self.contract_number

    @property
    def balance(self) -> Balance:
        """Return the balance after every movement recorded so far."""
        return Balance(performing=self.performing, overdue=self.overdue, drawn=self.drawn)

    @property
    def outstanding(self) -> Decimal:
        """Return all principal not yet repaid, in yuan, after every movement recorded so far."""
        return self.balance.outstanding

    def stage_on(self, day: date) -> LoanStage:
        """Return where the loan stands, with every movement recorded so far, as the contract lets draw on ``day``."""
        return stage_of(self.balance, contract_amount=self.contract_amount, is_available=day < self.available_until)

    def committed_on(self, day: date) -> Committed:
        """Return what the loan takes of the caps on a day. Source: D2, D3, D37."""
        return committed_by_loan(
            contract_amount=self.contract_amount,
            drawn=self.drawn,
            outstanding=self.outstanding,
            available_until=self.available_until,
            on=day,
        )

    @property
    def needs_guarantee(self) -> bool:
        """Return whether a guarantee has to be recorded before the first drawdown. Source: FP 1.5.2(1); D36."""
        return self.mode == Mode.SPECIAL and self.category == Category.RD and self.security == Security.CREDIT


class LoanRate(models.Model):
    """The return rate of one loan from a day on; a second row only where a decision says so. Source: FP 1.4.2; D14."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="rates", verbose_name="贷款")
    from_on = models.DateField("自")
    rate = RateField("银行回报利率", help_text="年利率，小数")
    return_rate = models.ForeignKey(ReturnRate, models.PROTECT, verbose_name="回报利率")

    class Meta:
        verbose_name = verbose_name_plural = "贷款适用回报利率"
        ordering = ["loan", "from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "from_on"], name="loan_rate_once_per_day", violation_error_message="该贷款在此日已有适用利率。"
            ),
            models.CheckConstraint(
                name="loan_rate_between_zero_and_one",
                condition=Q(rate__gt=0, rate__lt=1),
                violation_error_message="利率须大于 0%、小于 100%。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan} {self.from_on}起 {self.rate * 100:.4f}%"


class Guarantee(models.Model):
    """The guarantee behind a special-mode credit R&D loan. Source: FP 1.5.2(1); D36."""

    loan = models.OneToOneField(Loan, models.PROTECT, related_name="guarantee", verbose_name="贷款")
    guarantor = models.ForeignKey(Institution, models.PROTECT, related_name="guarantees", verbose_name="担保公司")
    number = models.CharField("担保编号", max_length=64)
    fee_rate = RateField("担保费率", help_text="年费率，小数")
    is_batch_scheme = models.BooleanField("纳入银担“总对总”批量担保")
    recorded_on = models.DateField("登记日期")
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "担保记录"
        ordering = ["-recorded_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["guarantor", "number"], name="guarantee_number_once", violation_error_message="该担保编号已登记。"
            ),
            models.UniqueConstraint(
                "guarantor", TextKey("number"), name="guarantee_number_alike", violation_error_message="该担保编号已登记。"
            ),
            models.CheckConstraint(
                name="guarantee_fee_is_a_rate",
                condition=Q(fee_rate__gte=0, fee_rate__lt=1),
                violation_error_message="担保费率须不低于 0%、低于 100%（例如 0.8%）。",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class UseOfFundsCheck(models.Model):
    """What the bank found when it followed the money. Source: FP 1.6.3."""

    public_id = PublicIdField()
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="use_checks", verbose_name="贷款")
    checked_on = models.DateField("检查日期")
    is_misuse = models.BooleanField("发现挪用")
    misuse_from = models.DateField("挪用起始日", null=True, blank=True)
    finding = models.TextField("检查情况")
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="检查人")

    class Meta:
        verbose_name = verbose_name_plural = "资金用途检查"
        ordering = ["-checked_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="use_check_misuse_has_a_day",
                condition=Q(is_misuse=True, misuse_from__isnull=False, misuse_from__lte=F("checked_on"))
                | Q(is_misuse=False, misuse_from__isnull=True),
                violation_error_message="发现挪用须填写不晚于检查日期的起始日，未发现则不填。",
            ),
            models.CheckConstraint(name="use_check_says_what", condition=~Q(finding=""), violation_error_message="请填写检查情况。"),
        ]

    def __str__(self) -> str:
        return f"{self.loan} {self.checked_on}"
