"""费率与费用: guarantee fees and their average, the dated table of the credit-enhancement fee, what was collected, the pool."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import BLANK, Badge, Exact, Money, Rate, Small, link_to, list_of
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, Row, Table, table
from common.admin.visible import VisibleAdmin
from common.dates import Period
from common.money import ZERO, display
from loans.models import Loan
from loans.selectors.visible import scope_of
from parties.access import SEES_ALL, sees_all
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_for, version_on
from risk.admin.fee_steps import ENHANCEMENT_STEPS_OFFERED, GUARANTEE_STEPS_OFFERED, RECORD_ENHANCEMENT, RECORD_GUARANTEE, SET_RATE
from risk.enums import MoneyStep
from risk.fees.pool import fee_pool_accounts, fee_pool_balance, fee_pool_promised
from risk.fees.rules import FeeSegment, NoEnhancementFeeRate
from risk.fees.selectors import average_guarantee_fees, enhancement_fee_segments, total_cost_of
from risk.models import EnhancementFee, EnhancementFeeRate, GuaranteeFee
from risk.visibility import enhancement_fee_rates_visible_to, enhancement_fees_visible_to, guarantee_fees_visible_to

K = InstitutionKind
TONES = {MoneyStep.RECORDED: "busy", MoneyStep.CHECKED: "good", MoneyStep.RETURNED: "warn"}
GUARANTEE_READERS = frozenset({*SEES_ALL, K.BANK, K.GUARANTOR})
POOL_READERS = frozenset({*SEES_ALL, K.FUND_MANAGER})
ENHANCEMENT_READERS = frozenset({*POOL_READERS, K.BANK})


def step_badge(fee: Any) -> Badge:
    """Return where a fee stands between maker and checker."""
    return Badge(fee.get_step_display(), TONES[fee.step])


def rates_listed(member: Member) -> QuerySet[EnhancementFeeRate]:
    """Return the dated table; it is public."""
    return enhancement_fee_rates_visible_to(member)


@admin.register(EnhancementFeeRate)
class EnhancementFeeRateAdmin(VisibleAdmin):
    """The dated table of the credit-enhancement fee."""

    visible_to = staticmethod(rates_listed)
    columns = ("from_on", "rate", "document_number", "recorded_at")
    shows = ("rate", "from_on", "document_number", "recorded_by", "recorded_at")
    ordering = ("-from_on",)
    new_steps = (SET_RATE,)
    list_intro = "信托服务模式的研发信用贷款按此标准收取增信服务费；各日按当日有效的标准计费。依据《实施方案》一(五)2(2)。"


def enhancement_fees_listed(member: Member) -> QuerySet[EnhancementFee]:
    """Return the fees the member sees."""
    return enhancement_fees_visible_to(member)


@admin.register(EnhancementFee)
class EnhancementFeeAdmin(VisibleAdmin):
    """Credit-enhancement fees collected, loan by loan; they feed the pool."""

    visible_to = staticmethod(enhancement_fees_listed)
    seen_by = ENHANCEMENT_READERS
    is_case = True
    case_related = ("loan__policy_version", "loan__application__entry", "made_by__institution", "checked_by__institution", "entry")
    columns = (
        "collected_on", "loan", Column("企业", lambda fee: fee.loan.enterprise, order="loan__enterprise__name", name="enterprise"),
        "from_on", "until_on", "amount", "voucher", Column("状态", step_badge, order="step", name="step_state"),
    )  # fmt: skip
    shows = (
        "loan", "loan__enterprise", "loan__bank", "from_on", "until_on", "amount", "collected_on", "voucher", "made_by", "made_at",
        "checked_by", "checked_at", "entry",
    )  # fmt: skip
    search_fields = ("loan__contract_number", "loan__enterprise__name", "voucher")
    list_filter = ("step", "loan__bank")
    date_hierarchy = "collected_on"
    ordering = ("-collected_on", "-id")
    steps = ENHANCEMENT_STEPS_OFFERED
    new_steps = (RECORD_ENHANCEMENT,)
    list_intro = "复核后记入增信费用池，损失首先由费用池承担。依据《实施方案》一(五)2(2)。"

    def opening_scope(self, case: EnhancementFee) -> dict[str, Any]:
        """Return bank, county and enterprise of the loan."""
        return {"scope": scope_of(case.loan)}

    def badges(self, case: EnhancementFee) -> list[Badge]:
        """Return whether it is checked."""
        return [step_badge(case)]

    def list_panels(self, request: HttpRequest) -> list[Any]:
        """Return what lies in the pool and what is promised of it."""
        member = acting_member(request)
        institution = member.institution if member is not None else None
        return [pool(request)] if institution is not None and institution.kind in POOL_READERS else []

    def parts(self, request: HttpRequest, case: EnhancementFee) -> list[Any]:
        """Return how the amount comes about."""
        return [_fee_sum(case)]

    def preview(self, request: HttpRequest, case: EnhancementFee, step: Any) -> list[Any]:
        """Return the record and its sum."""
        return [self.first_panel(request, case), _fee_sum(case)]


def pool(request: HttpRequest) -> Facts:
    """Return the balance of the fee pool, what fixed splits have promised, and what is free. Source: FP 1.5.2(2); D20, D23."""
    balance, promised = fee_pool_balance(), fee_pool_promised()
    rows = (
        Fact("余额", Money(balance), "已复核收取的增信服务费，减去已承担的损失，加上追偿后退回的部分"),
        Fact("已承诺未支付", Money(promised), "分担已确定、尚未付清的补偿中由费用池承担的部分"),
        Fact("尚可承担", Money(balance - promised)),
        Fact("账户", link_to(request, fee_pool_accounts().first())),
    )
    return Facts(title="增信费用池", facts=rows, clause="FP 1.5.2(2), D20, D23")


def _fee_sum(fee: EnhancementFee) -> Table:
    """Return the fee opened to days × balance × rate, as the movements stand now. Source: FP 1.5.2(2); D10, D23."""
    return fee_segments_table(fee.loan, Period(fee.from_on, fee.until_on), total=fee.amount)


def fee_segments_table(loan: Loan, period: Period, *, total: Any) -> Table:
    """Return the days × balance × rate of a period, and their sum. Source: FP 1.5.2(2); D10, D23."""
    day_count = version_for(loan.policy_version).terms.subsidy.day_count
    rows = [_segment(part, day_count) for part in enhancement_fee_segments(loan, period)]
    foot = Row(cells=("合计（四舍五入到分）", BLANK, BLANK, BLANK, BLANK, BLANK, Money(total)))
    heads = ("自", "至(不含)", "天数", "贷款余额", "年费率", "算式", "未四舍五入")
    return table("计费过程", heads, rows, foot=foot, clause="FP 1.5.2(2), D10, D23", note="放款日计费，还款日不计费。")


def _segment(part: FeeSegment, day_count: int) -> Row:
    exact = part.exact / day_count
    formula = Small(f"{display(part.outstanding)} × {part.rate * 100:.4f}% × {part.days} ÷ {day_count}")
    amount = Exact(Decimal(exact.numerator) / Decimal(exact.denominator))
    return Row(cells=(part.from_on, part.until_on, part.days, Money(part.outstanding), Rate(part.rate), formula, amount))


def guarantee_fees_listed(member: Member) -> QuerySet[GuaranteeFee]:
    """Return the guarantee fees the member sees."""
    return guarantee_fees_visible_to(member)


@admin.register(GuaranteeFee)
class GuaranteeFeeAdmin(VisibleAdmin):
    """Guarantee fees charged, loan by loan, and the average of each guarantor's year."""

    visible_to = staticmethod(guarantee_fees_listed)
    seen_by = GUARANTEE_READERS
    is_case = True
    case_related = ("guarantee__loan__application__entry", "made_by__institution", "checked_by__institution", "entry")
    columns = (
        "charged_on", Column("贷款", lambda fee: fee.guarantee.loan, order="guarantee__loan__contract_number", name="loan"),
        Column("企业", lambda fee: fee.guarantee.loan.enterprise, order="guarantee__loan__enterprise__name", name="enterprise"),
        "guarantor", "amount", Column("担保费率", lambda fee: Rate(fee.guarantee.fee_rate), order="guarantee__fee_rate", name="money_rate"),
        "voucher", Column("状态", step_badge, order="step", name="step_state"),
    )  # fmt: skip
    shows = (
        "guarantee__loan", "guarantee__loan__enterprise", "guarantor", "guarantee__number", "guarantee__fee_rate", "amount", "charged_on",
        "voucher", "made_by", "made_at", "checked_by", "checked_at", "entry",
    )  # fmt: skip
    search_fields = ("guarantee__number", "guarantee__loan__contract_number", "guarantee__loan__enterprise__name", "voucher")
    list_filter = ("step", "guarantor")
    date_hierarchy = "charged_on"
    ordering = ("-charged_on", "-id")
    steps = GUARANTEE_STEPS_OFFERED
    new_steps = (RECORD_GUARANTEE,)
    list_intro = "每家担保公司每年的平均费率按担保金额加权，与上限比较。依据《实施方案》一(五)2(1)。"

    def opening_scope(self, case: GuaranteeFee) -> dict[str, Any]:
        """Return bank, county and enterprise of the loan."""
        return {"scope": scope_of(case.guarantee.loan)}

    def badges(self, case: GuaranteeFee) -> list[Badge]:
        """Return whether it is checked."""
        return [step_badge(case)]

    def list_panels(self, request: HttpRequest) -> list[Any]:
        """Return the average of each year: all guarantors' for who sees the whole fund, a guarantor its own."""
        member = acting_member(request)
        if member is None or not (sees_all(member) or member.institution.kind == K.GUARANTOR):
            return []
        return [averages(member)]

    def preview(self, request: HttpRequest, case: GuaranteeFee, step: Any) -> list[Any]:
        """Return the record."""
        return [self.first_panel(request, case)]


def averages(member: Member) -> Table:
    """Return the average guarantee fee per guarantor and year, weighted by amount. Source: FP 1.5.2(1); D23."""
    today = timezone.localdate()
    limit = version_on(today).terms.fees.guarantee_fee_limit_rate
    rows = [
        (
            one.year,
            one.guarantor.name,
            one.count,
            Money(one.amount),
            Rate(one.average.rate),
            Rate(limit),
            Badge("超过上限", "bad") if one.average.is_above_limit else Badge("符合", "good"),
        )
        for one in average_guarantee_fees(on=today)
        if sees_all(member) or one.guarantor.pk == member.institution_id
    ]
    heads = ("年度", "担保公司", "担保笔数", "担保金额", "平均费率", "上限", "结论")
    note = "平均费率 = Σ（担保金额 × 担保费率）÷ Σ 担保金额，按担保登记年度归集；按百分数四舍五入到四位小数，与上限比较时不舍入。"
    return table("平均担保费率", heads, rows, note=note, clause="FP 1.5.2(1), D23", empty="暂无担保记录。")


def of_loan(request: HttpRequest, loan: Loan) -> Table | None:
    """Return what cover costs the enterprise, beside the fixed rate; ``None`` where nothing covers the loan. Source: D23."""
    member = acting_member(request)
    fees = [
        *enhancement_fees_visible_to(member).filter(loan=loan).order_by("from_on"),
        *guarantee_fees_visible_to(member).filter(guarantee__loan=loan).order_by("charged_on"),
    ]
    try:
        cost = total_cost_of(loan, on=timezone.localdate())
    except NoEnhancementFeeRate as missing:
        return table("企业综合成本", ("说明",), [(missing.message,)], clause="FP 1.5.2(2)")
    if not cost.cover_rate and not fees:
        return None
    rows = [_collected(request, fee) for fee in fees]
    paid = sum((fee.amount for fee in fees if fee.step == MoneyStep.CHECKED), ZERO)
    foot = Row(cells=("已复核合计", BLANK, Money(paid), BLANK, BLANK)) if rows else None
    note = (
        f"年化综合成本 {cost.total_rate * 100:.4f}% = 企业支付利率 {cost.enterprise_rate * 100:.4f}% "
        f"+ {cost.cover_name} {cost.cover_rate * 100:.4f}%。"
    )
    more = ("全部收费", list_of(type(fees[0]))) if fees else None
    return table(
        "增信与担保费用", ("类别", "期间或日期", "金额", "凭证号", "状态"), rows, foot=foot, note=note, more=more, clause="FP 1.5.2, D23"
    )


def _collected(request: HttpRequest, fee: Any) -> tuple[Any, ...]:
    if isinstance(fee, EnhancementFee):
        return (
            link_to(request, fee, "增信服务费"),
            f"{fee.from_on} 至 {fee.until_on}(不含)",
            Money(fee.amount),
            fee.voucher,
            step_badge(fee),
        )
    return link_to(request, fee, "担保费"), f"{fee.charged_on} 收取", Money(fee.amount), fee.voucher, step_badge(fee)
