"""How settlements read, down to days × balance × rate, and what their steps are asked with."""

from typing import Any

from rest_framework import serializers

from api.v1.fields import (
    Asked,
    AskedList,
    AskedReference,
    AskedSignedMoney,
    Shown,
    UpdatedAt,
    shown_count,
    shown_day,
    shown_flag,
    shown_moment,
    shown_money,
    shown_rate,
    shown_reference,
    shown_text,
)
from api.v1.serializers import DistrictShown, InstitutionShown
from subsidy.models import Settlement

MAX_FIGURES = 5000


class RevisionShown(serializers.Serializer[Any]):
    """One computation of a settlement."""

    number = shown_count("版次")
    sha256 = shown_text("版次摘要（SHA-256），确认时原样传回")
    computed_at = shown_moment("计算时间")
    reason = shown_text("重新计算原因，首版为空")
    line_count = shown_count("本期明细数")
    adjustment_count = shown_count("调整明细数")
    bank_interest = shown_money("按回报利率计息，依据 D11")
    enterprise_interest = shown_money("企业应付利息，依据 FP 1.4.1")
    subsidy = shown_money("本期贴息，依据 FP 1.4.1；D11")
    adjustments = shown_money("以前季度调整，依据 D13")
    carried_in = shown_money("上期结转，不大于零，依据 D12")
    carried_out = shown_money("结转下期，不大于零，依据 D12")
    city = shown_money("市级承担，依据 FP 1.4.1；D12")
    county = shown_money("县级承担，依据 FP 1.4.1；D12")
    total = shown_money("应拨付合计")


class SettlementShown(Shown):
    """A settlement of one bank, quarter and mode."""

    bank = InstitutionShown(help_text="银行")
    current = RevisionShown(allow_null=True, help_text="现行版次")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = Settlement
        fields = (
            "id", "bank", "mode", "year", "quarter", "from_on", "until_on", "state", "current", "confirmed_on", "reviewed_on",
            "filed_on", "record_number", "paid_on", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"from_on": "D10", "until_on": "D10", "state": "FP 1.6.4", "filed_on": "FP 1.6.4", "paid_on": "D41"}


class ShareShown(serializers.Serializer[Any]):
    """What city and one county bear."""

    district = DistrictShown(help_text="县（市、区）")
    line_count = shown_count("明细数")
    subsidy = shown_money("贴息合计，含调整")
    city = shown_money("市级承担，依据 D12")
    county = shown_money("县级承担，依据 D12")
    carried_in = shown_money("上期结转，依据 D12")
    carried_out = shown_money("结转下期，依据 D12")


class PaymentShown(serializers.Serializer[Any]):
    """What one payer owes or has paid."""

    id = serializers.UUIDField(source="public_id", read_only=True, help_text="拨付标识")
    kind = shown_text("类别：share 拨付，pass_on 转付银行")
    payer = InstitutionShown(help_text="付款单位")
    payee = InstitutionShown(help_text="收款单位")
    amount = shown_money("金额，依据 FP 1.6.4；D41")
    state = shown_text("状态：due 待支付，recorded 待复核，paid 已支付")
    paid_on = shown_day("支付日期", allow_null=True)
    voucher = shown_text("凭证号")


class SettlementOpened(SettlementShown):
    """A settlement with shares and payments."""

    shares = ShareShown(source="beside.shares", many=True, help_text="市县分担")
    payments = PaymentShown(source="beside.payments", many=True, help_text="拨付")
    is_outdated = shown_flag("现行版次计算后又有影响本期的登记，重新计算前不宜确认，依据 D13", source="beside.is_outdated")

    class Meta(SettlementShown.Meta):
        fields = (*SettlementShown.Meta.fields, "shares", "payments", "is_outdated")  # type: ignore[assignment]


class LineShown(serializers.Serializer[Any]):
    """One loan and quarter of a settlement."""

    loan_id = serializers.UUIDField(source="loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="loan.contract_number")
    district = DistrictShown(help_text="承担县（市、区），依据 D12")
    year = shown_count("年度；早于结算年度、季度的为调整明细，依据 D13")
    quarter = shown_count("季度")
    days = shown_count("计息天数，依据 D10")
    bank_interest = shown_money("按回报利率计息，依据 D11")
    enterprise_interest = shown_money("企业应付利息，依据 FP 1.4.1")
    settled = shown_money("此前已结算，仅调整明细，依据 D13")
    subsidy = shown_money("贴息，依据 FP 1.4.1；D11")


class SegmentShown(serializers.Serializer[Any]):
    """Days with one balance and one rate."""

    from_on = shown_day("起始日（含）")
    until_on = shown_day("截止日（不含）")
    days = shown_count("天数")
    balance = shown_money("计息余额：正常本金")
    bank_rate = shown_rate("银行回报利率，依据 FP 1.4.2；D14")


class OpenedLineShown(serializers.Serializer[Any]):
    """A line down to its segments."""

    line = LineShown(help_text="明细")
    segments = SegmentShown(many=True, help_text="逐段的天数、余额和利率")
    enterprise_rate = shown_rate("企业利率，依据 FP 1.4.1")
    base_share = serializers.DecimalField(max_digits=9, decimal_places=6, read_only=True, help_text="计息基数比例，依据 D35")
    day_count = shown_count("一年按多少天计息，依据 D10")
    clauses = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="所依据的条款和解释口径")


class DifferenceShown(serializers.Serializer[Any]):
    """A loan on which we and the bank do not agree."""

    loan_id = serializers.UUIDField(source="loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="loan.contract_number")
    ours = shown_money("系统计算的贴息，系统没有该笔为空", allow_null=True)
    theirs = shown_money("本行提交的贴息，本行没有该笔为空", allow_null=True)
    amount = shown_money("差额：系统减本行")
    lines = OpenedLineShown(many=True, help_text="系统计算的明细")


class FaultShown(serializers.Serializer[Any]):
    """A figure that could not be taken over."""

    row = shown_count("第几条，从 1 起")
    column = shown_text("字段")
    code = shown_text("原因代码")
    detail = shown_text("说明")


class FiguresShown(serializers.Serializer[Any]):
    """What became of the figures handed in."""

    id = serializers.UUIDField(source="public_id", read_only=True, help_text="对账标识")
    state = shown_text("状态：checked 已校验，committed 已入库")
    revision_number = shown_count("对照的版次", source="revision.number")
    row_count = shown_count("条数")
    faults = FaultShown(many=True, help_text="有误的条目")


class FigureAsked(Asked):
    """What the bank says one loan earns."""

    contract_number = AskedReference(max_length=64, help_text="合同编号")
    subsidy = AskedSignedMoney(help_text="本行计算的贴息，元；冲回以前季度的为负数")
    bank_interest = AskedSignedMoney(required=False, help_text="本行按回报利率计算的利息，元")


class FiguresAsked(Asked):
    """The bank's own figures of a settlement."""

    example = {"figures": [{"contract_number": "HT2024-00031", "subsidy": "12345.67", "bank_interest": "28456.78"}]}
    figures = AskedList(
        child=FigureAsked(), min_length=1, max_length=MAX_FIGURES, help_text=f"逐笔贷款的金额，最多 {MAX_FIGURES} 条；有误的列出前 100 条"
    )
