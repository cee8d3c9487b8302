"""How recoveries, returns and fees read, and what recording them is asked with."""

from typing import Any

from rest_framework import serializers

from api.v1.fields import (
    Asked,
    AskedDay,
    AskedMoney,
    AskedReference,
    AskedText,
    Shown,
    UpdatedAt,
    shown_count,
    shown_day,
    shown_flag,
    shown_money,
    shown_rate,
    shown_reference,
    shown_text,
)
from api.v1.risk.class_serializers import OfLoan
from api.v1.serializers import DeadlineShown, InstitutionShown
from common.dates import ENDS
from common.money import ZERO
from risk.models import EnhancementFee, GuaranteeFee, Recovery, Return

STEPS = "复核状态：recorded 待本单位复核人员复核，checked 已复核，returned 复核退回"


class RecoveryShown(Shown):
    """What came back of a bad debt, and what getting it cost."""

    bad_debt_id = serializers.UUIDField(source="bad_debt.public_id", read_only=True, help_text="坏账标识")
    loan_id = serializers.UUIDField(source="bad_debt.loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="bad_debt.loan.contract_number")
    claim_id = serializers.UUIDField(
        source="claim.public_id", default=None, allow_null=True, read_only=True, help_text="抵减其损失的补偿申请，没有或未复核为空"
    )
    bank = InstitutionShown(help_text="银行")
    updated_at = UpdatedAt()

    class Meta:
        model = Recovery
        fields = (
            "id", "bad_debt_id", "loan_id", "contract_number", "claim_id", "bank", "amount", "costs", "net", "received_on", "step",
            "bank_reference", "remark", "made_at", "checked_at", "updated_at",
        )  # fmt: skip
        clauses = {"net": "D21", "amount": "FP 1.5.1；D19", "costs": "D21"}


class SharedShown(serializers.Serializer[Any]):
    """What of a recovery is one payer's."""

    payer = shown_text("承担方：bank 银行，guarantor 担保公司，fee_pool 增信服务费，city 市级财政，county 县级财政")
    amount = shown_money("本笔追偿中属于该方的部分，依据 D21")
    returned = shown_money("其中须退回该方的；其余抵减该方尚未支付的补偿，银行的部分由银行留存")


class RecoveryOpened(RecoveryShown):
    """A recovery with how it was shared."""

    shared = SharedShown(many=True, help_text="按承担比例分给各方的情况，未复核、没有补偿申请或分担尚未固定为空，依据 FP 1.5.2(2)；D21")

    class Meta(RecoveryShown.Meta):
        fields = (*RecoveryShown.Meta.fields, "shared")  # type: ignore[assignment]


class RecoveryAsked(Asked):
    """Money that came back."""

    example = {
        "amount": "250000.00",
        "costs": "10000.00",
        "received_on": "2025-03-10",
        "bank_reference": "ZC0001",
        "remark": "拍卖抵押设备",
    }
    amount = AskedMoney(help_text="追回金额，元")
    costs = AskedMoney(required=False, default=ZERO, min_value=ZERO, help_text="追偿费用，元，默认为 0.00，依据 D21")
    received_on = AskedDay(help_text="到账日期，在坏账认定日至今天之间")
    bank_reference = AskedReference(max_length=64, help_text="银行流水号，本行内不重复；同一流水号、同一内容再次提交返回已有记录")
    remark = AskedText(max_length=500, required=False, default="", allow_blank=True, help_text="说明")


class ReturnShown(Shown):
    """What one payer gets back of one payment."""

    recovery_id = serializers.UUIDField(source="recovery.public_id", read_only=True, help_text="追偿标识")
    claim_id = serializers.UUIDField(source="answers.payment.claim.public_id", read_only=True, help_text="补偿申请标识")
    compensation_id = serializers.UUIDField(source="answers.payment.public_id", read_only=True, help_text="对应的补偿支付标识")
    contract_number = shown_text("合同编号", source="recovery.bad_debt.loan.contract_number")
    bank = InstitutionShown(source="recovery.bank", help_text="退回的银行")
    payer = shown_text("收款方类别：guarantor 担保公司，fee_pool 增信服务费，city 市级财政，county 县级财政", source="answers.payer")
    payee = InstitutionShown(source="answers.institution", help_text="收款机构")
    deadline = DeadlineShown(help_text="退回期限，依据 D37")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = Return
        fields = (
            "id", "recovery_id", "claim_id", "compensation_id", "contract_number", "bank", "payer", "payee", "amount", "deadline", "state",
            "returned_on", "voucher", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"amount": "FP 1.5.2(2)；D21", "returned_on": "D37"}


class GuaranteeFeeShown(Shown):
    """A guarantee fee charged for one loan."""

    loan_id = serializers.UUIDField(source="guarantee.loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="guarantee.loan.contract_number")
    guarantor = InstitutionShown(help_text="担保公司")
    guarantee_number = shown_text("担保编号", source="guarantee.number")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = GuaranteeFee
        fields = (
            "id", "loan_id", "contract_number", "guarantor", "guarantee_number", "amount", "charged_on", "voucher", "step", "made_at",
            "checked_at", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"amount": "FP 1.5.2(1)；D23"}


class GuaranteeFeeAsked(Asked):
    """A fee charged."""

    example = {"amount": "50000.00", "charged_on": "2025-03-10", "voucher": "DBF20250310001"}
    amount = AskedMoney(help_text="担保费，元，依据 FP 1.5.2(1)")
    charged_on = AskedDay(help_text="收取日期，不晚于今天")
    voucher = AskedReference(max_length=64, help_text="收款凭证号，本公司内不重复；同一凭证号、同一内容再次提交返回已有记录")


class EnhancementFeeShown(OfLoan):
    """The credit-enhancement fee collected of one loan for a period."""

    class Meta:
        model = EnhancementFee
        fields = (
            "id", "loan_id", "contract_number", "from_on", "until_on", "amount", "collected_on", "voucher", "step", "made_at",
            "checked_at", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"amount": "FP 1.5.2(2)；D23", "from_on": "D10", "until_on": "D10"}


class EnhancementFeeAsked(Asked):
    """A fee collected; its amount is computed from balance, days and the dated table."""

    example = {"from_on": "2024-12-21", "until_on": "2025-03-21", "collected_on": "2025-03-21", "voucher": "ZX20250321001"}
    from_on = AskedDay(help_text="计费自（含）")
    until_on = AskedDay(days=ENDS, help_text="计费至（不含）")
    collected_on = AskedDay(help_text="收取日期，不晚于今天")
    voucher = AskedReference(max_length=64, help_text="收款凭证号")
    bank_reference = AskedReference(max_length=64, required=False, help_text="本机构业务编号；同一编号、同一内容再次提交返回已有记录")


class FeeRateShown(serializers.Serializer[Any]):
    """One line of the dated table of the credit-enhancement fee."""

    from_on = shown_day("生效日期")
    rate = shown_rate("增信服务费年费率，依据 FP 1.5.2(2)；D23")
    document_number = shown_text("文号")


class AverageFeeShown(serializers.Serializer[Any]):
    """A guarantor's average fee of one year against the limit."""

    guarantor = InstitutionShown(source="year_of.guarantor", help_text="担保公司")
    year = shown_count("年度，按担保登记日期", source="year_of.year")
    count = shown_count("担保笔数", source="year_of.count")
    amount = shown_money("担保金额合计", source="year_of.amount")
    average_rate = shown_rate(
        "按金额加权的平均担保费率，没有担保为空，依据 FP 1.5.2(1)；D23", source="year_of.average.rate", allow_null=True
    )
    limit_rate = shown_rate("平均担保费率上限，依据 FP 1.5.2(1)")
    is_above_limit = shown_flag("是否超过上限，按精确值比较", source="year_of.average.is_above_limit")


class TotalCostShown(serializers.Serializer[Any]):
    """What a loan costs its enterprise a year."""

    enterprise_rate = shown_rate("企业利率，依据 FP 1.4.1")
    cover = shown_text("增信方式：guarantee_fee 担保费，enhancement_fee 增信服务费，none 没有")
    cover_rate = shown_rate("增信费率；增信服务费尚无收费标准的为空，依据 FP 1.5.2；D23", allow_null=True)
    total_rate = shown_rate("综合成本，企业利率与增信费率之和；费率为空的为空", allow_null=True)
