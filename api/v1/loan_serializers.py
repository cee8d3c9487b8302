"""How loans, movements, quotas and checks of the use of funds read, and what each step is asked with."""

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

from api.v1.fields import (
    Asked,
    AskedDay,
    AskedFlag,
    AskedId,
    AskedRate,
    AskedReference,
    AskedText,
    Shown,
    UpdatedAt,
    shown_day,
    shown_flag,
    shown_money,
    shown_rate,
    shown_reference,
    shown_text,
)
from api.v1.risk.loan_reads import risk_of_loan
from api.v1.serializers import DistrictShown, EnterpriseShown, InstitutionShown, OnDay, ProjectShown
from api.v1.steps import input_asking
from loans.enums import MovementKind
from loans.models import BankQuota, Loan, Movement, UseOfFundsCheck
from loans.models.loans import CONTRACT_TERMS
from loans.movement_steps import ASKED_ALWAYS, FURTHER, MOVEMENT_STEPS
from risk.claims.transitions import ClaimState
from risk.enums import Grade

LOAN = "3c59dc04-8e88-4024-b0f8-079a5c74d079"


class GuaranteeShown(serializers.Serializer[Any]):
    """The guarantee behind a loan."""

    guarantor = InstitutionShown(help_text="担保公司")
    number = shown_text("担保编号")
    fee_rate = shown_rate("担保费率，依据 FP 1.5.2(1)")
    is_batch_scheme = shown_flag("是否纳入银担“总对总”批量担保，依据 FP 1.5.2(1)")
    recorded_on = shown_day("登记日期")


class LoanShown(Shown):
    """A loan with its balance after every movement recorded so far."""

    application_id = serializers.UUIDField(source="application.public_id", read_only=True, help_text="融资申请标识")
    bank_reference = serializers.SerializerMethodField(help_text="本机构业务编号；未单独登记的，为申请时的编号")
    enterprise = EnterpriseShown(help_text="企业")
    project = ProjectShown(allow_null=True, help_text="项目，研发贷款为空")
    bank = InstitutionShown(help_text="银行")
    district = DistrictShown(allow_null=True, help_text="贴息承担县（市、区），首次放款时固定，依据 D12")
    outstanding = shown_money("贷款余额，正常与逾期本金之和", source="balance.outstanding")
    repaid = shown_money("累计还本", source="balance.repaid")
    stage = serializers.SerializerMethodField(help_text="阶段：contracted 已签约未放款，drawn 已放款，overdue 有逾期，settled 已结清")
    return_rate = shown_rate("银行回报利率，首次放款时固定，依据 FP 1.4.2；D14", source="return_rate.rate", default=None, allow_null=True)
    updated_at = UpdatedAt()

    def get_bank_reference(self, loan: Loan) -> str:
        """Return the caller's number of the loan, else of its application."""
        return getattr(loan, "own_reference", "") or loan.application.bank_reference

    def get_stage(self, loan: Loan) -> str:
        """Return where the loan stands today."""
        return str(loan.stage_on(self.context["today"]).value)

    class Meta:
        model = Loan
        fields = (
            "id", "application_id", "contract_number", "bank_reference", "enterprise", "project", "bank", *CONTRACT_TERMS,
            "enterprise_rate", "return_rate", "drawn", "performing", "overdue", "outstanding", "repaid", "stage", "first_drawdown_on",
            "district", "earns_until", "subsidy_stopped_on", "updated_at",
        )  # fmt: skip
        clauses = {
            "mode": "FP 1.3",
            "security": "D36",
            "enterprise_rate": "FP 1.4.1",
            "matures_on": "FP 1.4.1",
            "available_until": "D37",
            "overdue": "D11",
            "first_drawdown_on": "D14",
            "earns_until": "D11",
            "subsidy_stopped_on": "FP 1.6.3",
        }


class RiskOfLoanShown(serializers.Serializer[Any]):
    """Where a loan stands in risk."""

    grade = serializers.ChoiceField(Grade.choices, read_only=True, help_text="今天的资产分类，从未认定为 normal，依据 FP 1.5.3")
    classification_id = serializers.UUIDField(read_only=True, allow_null=True, help_text="现行分类的标识，从未认定为空")
    bad_debt_id = serializers.UUIDField(read_only=True, allow_null=True, help_text="坏账标识，未认定为空")
    bad_debt_principal = shown_money("坏账本金，未认定为空，依据 D16", allow_null=True)
    claim_id = serializers.UUIDField(read_only=True, allow_null=True, help_text="最近一次补偿申请的标识，没有则为空")
    claim_state = serializers.ChoiceField(ClaimState.choices, read_only=True, allow_null=True, help_text="该补偿申请的状态")


class LoanOpened(LoanShown):
    """A loan with its guarantee and where it stands in risk."""

    guarantee = GuaranteeShown(allow_null=True, default=None, help_text="担保记录，不需要或未登记为空，依据 FP 1.5.2(1)；D36")
    needs_guarantee = shown_flag("首次放款前是否须登记担保，依据 D36")
    risk = serializers.SerializerMethodField(help_text="资产分类、坏账和补偿申请，依据 FP 1.5")

    def get_risk(self, loan: Loan) -> Any:
        """Return the loan's class and what became of it."""
        return RiskOfLoanShown(risk_of_loan(loan, on=self.context["today"])).data

    get_risk.__annotations__ = {"return": RiskOfLoanShown()}

    class Meta(LoanShown.Meta):
        fields = (*LoanShown.Meta.fields, "needs_guarantee", "guarantee", "risk")  # type: ignore[assignment]


class ContributionShown(serializers.Serializer[Any]):
    """Who put up a trust-mode drawdown."""

    government = shown_money("政府方出资，依据 FP 1.3；D35")
    bank = shown_money("银行出资，依据 FP 1.3；D35")


class MovementShown(Shown):
    """One change of a loan's balance; never changed itself."""

    loan_id = serializers.UUIDField(source="loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="loan.contract_number")
    reverses_id = serializers.UUIDField(
        source="reverses.public_id", default=None, allow_null=True, read_only=True, help_text="冲正对象的标识，非冲正为空"
    )
    contribution = ContributionShown(allow_null=True, default=None, help_text="信托服务放款的出资，其他为空")

    class Meta:
        model = Movement
        fields = (
            "id", "loan_id", "contract_number", "bank_reference", "kind", "amount", "performing", "overdue", "drawn", "value_on",
            "recorded_at", "recorded_on", "reason", *FURTHER, "reverses_id", "contribution",
        )  # fmt: skip
        clauses = {"value_on": "D10", "overdue": "D11", "performing": "D11"}


class QuotaShown(Shown):
    """What the bank set aside in one mode, and what of it is used."""

    used = shown_money("已用额度：贷款余额加已批复未放款，依据 D40", source="used_then")
    left = shown_money("剩余额度", source="left_then")
    bank = InstitutionShown(help_text="银行")

    class Meta:
        model = BankQuota
        fields = ("id", "bank", "mode", "amount", "used", "left", "from_on", "until_on", "document_number")
        clauses = {"amount": "FP 1.3"}


class UseCheckShown(Shown):
    """What the bank found when it followed the money."""

    loan_id = serializers.UUIDField(source="loan.public_id", read_only=True, help_text="贷款标识")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = UseOfFundsCheck
        fields = ("id", "loan_id", "checked_on", "is_misuse", "misuse_from", "finding", "bank_reference", "updated_at")
        clauses = {"is_misuse": "FP 1.6.3", "misuse_from": "D11"}


class GuaranteeAsked(OnDay):
    """The guarantee."""

    example = {
        "guarantor_id": "9f61408e-3afb-433e-90cd-f1b20de6f466",
        "number": "DB2024-0007",
        "fee_rate": "0.005",
        "is_batch_scheme": True,
        "on": "2024-04-01",
    }
    guarantor_id = AskedId(help_text="担保公司标识")
    number = AskedReference(max_length=64, help_text="担保编号")
    fee_rate = AskedRate(help_text="担保费率，年费率小数，依据 FP 1.5.2(1)")
    is_batch_scheme = AskedFlag(help_text="是否纳入银担“总对总”批量担保，依据 FP 1.5.2(1)")


MovementAsked = input_asking(ASKED_ALWAYS, name="MovementAsked", doc="A movement.")
MOVEMENT_ASKED: dict[MovementKind, type[BaseSerializer[Any]]] = {  # kinds that ask the same share its description
    row.kind: MovementAsked if row.asks == ASKED_ALWAYS else input_asking(row.asks, name=f"{row.kind.title()}Asked", doc=f"A {row.kind}.")
    for row in MOVEMENT_STEPS
}


class ReversalAsked(Asked):
    """Why a movement is taken back."""

    example = {"bank_reference": "LS20240409000002", "reason": "放款金额录入错误"}
    bank_reference = AskedReference(max_length=64, help_text="冲正的银行流水号，本行内不重复")
    reason = AskedText(max_length=500, help_text="冲正理由")


class UseCheckAsked(Asked):
    """What was found."""

    example = {"finding": "资金用于购置设备，发票与合同一致。", "is_misuse": False, "checked_on": "2024-06-30"}
    finding = AskedText(max_length=4000, help_text="检查情况")
    is_misuse = AskedFlag(help_text="是否发现挪用；发现的，自起始日停止贴息，依据 FP 1.6.3；D11")
    misuse_from = AskedDay(required=False, help_text="挪用起始日，发现挪用时必填")
    checked_on = AskedDay(required=False, help_text="检查日期，默认为今天")
    bank_reference = AskedReference(max_length=64, required=False, help_text="本行业务编号")
