"""How claims and what is paid on them read, and what their steps are asked with."""

from typing import Any

from rest_framework import serializers

from api.v1.fields import (
    Asked,
    AskedMoney,
    AskedReference,
    AskedText,
    Shown,
    UpdatedAt,
    shown_count,
    shown_flag,
    shown_money,
    shown_reference,
    shown_text,
)
from api.v1.risk.class_serializers import OfLoan
from api.v1.serializers import DeadlineShown, InstitutionShown
from risk.access import available_transitions
from risk.models import Claim, Payment, Reapplication


class ClaimShown(OfLoan):
    """A claim for compensation."""

    bank = InstitutionShown(help_text="申请补偿的银行")
    bad_debt_id = serializers.UUIDField(source="bad_debt.public_id", read_only=True, help_text="坏账标识")
    reviewer = InstitutionShown(allow_null=True, help_text="审核机构：专项贷款为担保公司，信托服务为市工信局；项目贷款为空")
    deadline = DeadlineShown(allow_null=True, help_text="审核期限，项目贷款为空，依据 D37")

    class Meta:
        model = Claim
        fields = (
            "id", "number", "loan_id", "contract_number", "bad_debt_id", "bank", "kind", "state", "amount", "opened_on", "reviewer",
            "deadline", "supplement", "reviewed_on", "refusal", "evidence_kind", "evidence_number", "certified_on", "payable_on",
            "needs_reapplication", "split_on", "paid_on", "ended_on", "ended_reason", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {
            "kind": "FP 1.5",
            "state": "FP 1.5",
            "amount": "D16",
            "payable_on": "D20",
            "needs_reapplication": "FP 1.5.3",
            "split_on": "D22",
            "certified_on": "FP 1.5.1",
            "evidence_kind": "FP 1.5.1",
        }


class PartShown(serializers.Serializer[Any]):
    """What one payer bears of a loss, and where its money stands."""

    payer = shown_text("承担方：bank 银行，guarantor 担保公司，fee_pool 增信服务费，city 市级财政，county 县级财政")
    institution = InstitutionShown(help_text="承担机构")
    clause = shown_text("条款编号")
    amount = shown_money("应承担的损失，依据 D15、D22")
    recovered = shown_money("其中由追偿收回抵减的，依据 D21")
    paid = shown_money("已支付，扣除已退回和应退回")
    payable = shown_money("尚待支付")


class SplitShown(serializers.Serializer[Any]):
    """How the loss is shared."""

    is_fixed = shown_flag("是否已固定：首笔支付时固定，此前为按今天情况的测算")
    parts = PartShown(many=True, help_text="逐个承担方，依据 FP 1.5.1、FP 1.5.2")
    problem = shown_text("不能测算的原因，没有则为空")


class HeldBackShown(serializers.Serializer[Any]):
    """What is not paid though released, and why."""

    amount = shown_money("排队未付的金额")
    reason = shown_text(
        "原因：suspended 坏账率超过熔断线，暂停补偿；cap 补偿上限已用完；reapply 已有余额，须由银行重新申请；"
        "queue 排在前面的补偿申请尚未付清；runs 无须办理，下一次付款时支付，依据 FP 1.5.3；D20"
    )
    position = shown_count("在本行队列中的位次，从 1 起，按可支付日期、编号，依据 D20")
    cap_left = shown_money("本行剩余可补偿金额，依据 D20")
    recovery_to_reopen = shown_money("退出熔断还需追回，未熔断为零")
    disbursement_to_reopen = shown_money("或还需新增放款，未熔断为零")
    return_for_room = shown_money("补偿上限用完的，还需退回的已付补偿，未用完为零")
    disbursement_for_room = shown_money("或还需新增放款，未用完为零")


class ClaimOpened(ClaimShown):
    """A claim with its sharing, what is paid and held back, and the steps open to the caller."""

    split = SplitShown(source="money.split", allow_null=True, help_text="损失分担，损失金额未定为空，依据 FP 1.5；D15-D22")
    paid_total = shown_money("已补偿合计，扣除已退回和应退回，依据 D20", source="money.paid_total")
    payable_total = shown_money("尚待补偿合计，审核通过前为测算", source="money.payable_total")
    recovered_total = shown_money("本申请已复核的追偿净额，依据 D21", source="money.recovered_total")
    held_back = HeldBackShown(source="money.held_back", allow_null=True, help_text="排队未付的情况，没有排队为空，依据 FP 1.5.3；D20")
    open_steps = serializers.SerializerMethodField(
        help_text="当前状态下本程序可办理的步骤（地址中下划线写作连字符）；复核步骤由本单位复核人员在系统内办理，不在此列"
    )

    def get_open_steps(self, claim: Claim) -> list[str]:
        """Return the names of the steps."""
        return [row.name for row in available_transitions(claim, self.context["actor"]) if not row.needs_checker]

    class Meta(ClaimShown.Meta):
        fields = (  # type: ignore[assignment]
            *ClaimShown.Meta.fields, "split", "paid_total", "payable_total", "recovered_total", "held_back", "open_steps",
        )  # fmt: skip


class FileClaimAsked(Asked):
    """Filing an R&D claim."""

    example = {"amount": "8000000.00", "bank_reference": "BC20250310001"}
    amount = AskedMoney(help_text="申请补偿的本金损失，元；不超过尚未收回的坏账本金，依据 D16")
    bank_reference = AskedReference(max_length=64, required=False, help_text="本行业务编号")


class PursueAsked(Asked):
    """Beginning a project claim."""

    example = {"bank_reference": "ZC20250310001"}
    bank_reference = AskedReference(max_length=64, required=False, help_text="本行业务编号")


class PaidPartShown(serializers.Serializer[Any]):
    """What one payer gave of a payment."""

    payer = shown_text("支付方：guarantor 担保公司，fee_pool 增信服务费，city 市级财政，county 县级财政")
    institution = InstitutionShown(help_text="支付机构")
    amount = shown_money("金额")
    clause = shown_text("条款编号")


class CompensationShown(Shown):
    """One payment of compensation, with the bank's figures just before it; never changed itself."""

    claim_id = serializers.UUIDField(source="claim.public_id", read_only=True, help_text="补偿申请标识")
    claim_number = shown_text("补偿编号", source="claim.number")
    contract_number = shown_text("合同编号", source="claim.loan.contract_number")
    bank = InstitutionShown(source="claim.bank", help_text="收款银行")
    parts = PaidPartShown(many=True, help_text="逐个支付方，依据 FP 1.5.1、FP 1.5.2")
    bank_reference = shown_reference()

    class Meta:
        model = Payment
        fields = (
            "id", "claim_id", "claim_number", "contract_number", "bank", "number", "amount", "paid_on", "paid_at", "parts", "cap_left",
            "disbursed", "bad_debt", "recovered", "compensated", "rate", "bank_reference",
        )  # fmt: skip
        clauses = {"amount": "D20", "cap_left": "FP 1.5.3；D20", "rate": "FP 1.5.3；D19", "bad_debt": "D19", "recovered": "D19"}


class ReapplicationShown(Shown):
    """A renewed application for compensation, with the figures it could show."""

    bank = InstitutionShown(help_text="银行")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = Reapplication
        fields = (
            "id", "bank", "applied_on", "reason", "cap_left", "disbursed", "bad_debt", "recovered", "compensated", "rate", "applied_at",
            "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"cap_left": "FP 1.5.3；D20", "rate": "FP 1.5.3；D19"}


class ReapplyAsked(Asked):
    """Applying anew."""

    example = {"reason": "已追回 500 万元，坏账率降至 9.1%。", "bank_reference": "CX20260105001"}
    reason = AskedText(max_length=2000, help_text="重新申请的理由")
    bank_reference = AskedReference(max_length=64, required=False, help_text="本行业务编号")
