"""How classes and bad debts read, and what deciding on them is asked with."""

from typing import Any

from rest_framework import serializers

from api.v1.fields import Asked, AskedDay, AskedReference, AskedText, Shown, UpdatedAt, shown_money, shown_reference, shown_text
from api.v1.serializers import InstitutionShown
from policy.selectors.versions import version_for
from risk.claims.rules.sharing import told_rd_total
from risk.enums import ClaimPaper, Grade
from risk.models import BadDebt, Classification, ClassificationSuggestion


class OfLoan(Shown):
    """What hangs on a loan, with the caller's own number and the moment of its last change."""

    loan_id = serializers.UUIDField(source="loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="loan.contract_number")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()


class ClassificationShown(OfLoan):
    """The class of a loan from a day on."""

    class Meta:
        model = Classification
        fields = (
            "id", "loan_id", "contract_number", "grade", "from_on", "overdue_days", "suggested", "reason", "decided_at", "bank_reference",
            "updated_at",
        )  # fmt: skip
        clauses = {"grade": "FP 1.5.3", "suggested": "FP 1.5.3"}


class SuggestionShown(OfLoan):
    """A class that the overdue days suggest; the bank answers it by deciding."""

    answer_id = serializers.UUIDField(
        source="answer.public_id", default=None, allow_null=True, read_only=True, help_text="银行认定的标识，尚未认定为空"
    )

    class Meta:
        model = ClassificationSuggestion
        fields = (
            "id", "loan_id", "contract_number", "grade", "suggested_on", "overdue_days", "state", "answer_id", "bank_reference",
            "updated_at",
        )  # fmt: skip
        clauses = {"grade": "FP 1.5.3"}


class BadDebtShown(OfLoan):
    """Principal recognised as bad, once and for all."""

    bank = InstitutionShown(help_text="银行")
    classification_id = serializers.UUIDField(source="classification.public_id", read_only=True, help_text="认定依据的分类标识")
    enterprise_rd_total = serializers.SerializerMethodField(
        help_text="所适用分担档次的上限，元；档次按单户企业在各银行的专项研发贷款最高余额确定，余额本身不列示；其他贷款为空"
    )

    def get_enterprise_rd_total(self, debt: BadDebt) -> Any:
        """Return the end of the tier."""
        total = told_rd_total(version_for(debt.loan.policy_version).terms, debt.enterprise_rd_total)
        return None if total is None else f"{total:.2f}"

    get_enterprise_rd_total.__annotations__ = {
        "return": serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True, read_only=True)
    }

    class Meta:
        model = BadDebt
        fields = (
            "id", "loan_id", "contract_number", "bank", "principal", "recognised_on", "classification_id", "enterprise_rd_total", "reason",
            "recognised_at", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"principal": "D16", "recognised_on": "FP 1.5.3", "enterprise_rd_total": "FP 1.5.2(1)；D15"}


class BadDebtOpened(BadDebtShown):
    """A bad debt with what came back, its claims and the papers a claim needs."""

    recovered = shown_money("已复核的追偿净额合计，依据 D19、D21", source="beside.recovered")
    claim_ids = serializers.ListField(source="beside.claim_ids", child=serializers.UUIDField(), read_only=True, help_text="补偿申请的标识")
    papers_required = serializers.ListField(
        source="beside.papers_required",
        child=serializers.ChoiceField(ClaimPaper.choices),
        read_only=True,
        help_text="申请补偿（研发贷款）或提请认定损失（项目贷款）所需材料，依据 FP 1.5",
    )
    papers_missing = serializers.ListField(
        source="beside.papers_missing", child=serializers.ChoiceField(ClaimPaper.choices), read_only=True, help_text="其中尚未上传的"
    )

    class Meta(BadDebtShown.Meta):
        fields = (*BadDebtShown.Meta.fields, "recovered", "claim_ids", "papers_required", "papers_missing")  # type: ignore[assignment]


class ClassifyAsked(Asked):
    """The bank's decision on a class."""

    example = {"grade": "loss", "on": "2025-03-03", "reason": "借款人停产，已诉讼保全。", "bank_reference": "FL20250303001"}
    grade = serializers.ChoiceField(Grade.choices, help_text="五级分类，依据 FP 1.5.3")
    on = AskedDay(required=False, help_text="自哪日起，默认为今天；不得晚于今天，须晚于上一次认定")
    reason = AskedText(required=False, default="", allow_blank=True, max_length=2000, help_text="认定理由，与按逾期天数的类别不一致时必填")
    bank_reference = AskedReference(max_length=64, required=False, help_text="本行业务编号")


class RecogniseAsked(Asked):
    """Recognising a debt as bad."""

    example = {"reason": "借款人停产，经营无法恢复。", "on": "2025-03-03", "bank_reference": "HZ20250303001"}
    reason = AskedText(max_length=2000, help_text="认定理由")
    on = AskedDay(required=False, help_text="认定日期，默认为今天；不得晚于今天")
    bank_reference = AskedReference(max_length=64, required=False, help_text="本行业务编号")
