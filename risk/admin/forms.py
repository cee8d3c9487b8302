"""What the steps of risk ask for."""

from decimal import Decimal

from django import forms

from common.admin.forms import DayInput, LongText, MoneyInput, StepForm
from common.money import display
from risk.enums import Grade
from risk.models import ClassificationSuggestion
from risk.recoveries.selectors import recovered_of_debt

COSTS_HINT = "单位：元，没有费用填 0。净额为追回金额减费用，不低于零；未抵足的费用由以后的追回抵扣。"


class ClassifyForm(StepForm):
    """The bank's decision on a loan's class."""

    grade = forms.ChoiceField(label="风险分类", choices=[("", "请选择"), *Grade.choices])
    on = DayInput(label="生效日期", help_text="须晚于上一次认定。")
    reason = LongText(label="认定理由", required=False, help_text="与按逾期天数的建议不一致时必填。")

    def prepare(self) -> None:
        """Begin with what is suggested, from today."""
        self.first(on=self.on)
        if isinstance(self.obj, ClassificationSuggestion):
            self.first(grade=self.obj.grade)


class RecogniseForm(StepForm):
    """A debt recognised as bad."""

    on = DayInput(label="认定日期")
    reason = LongText(label="认定理由", help_text="写明借款人情况和认定依据。")

    def prepare(self) -> None:
        """Begin with today."""
        self.first(on=self.on)


class FileForm(StepForm):
    """The loss for which an R&D claim asks compensation."""

    amount = MoneyInput(label="申请补偿的本金损失")

    def prepare(self) -> None:
        """Begin with what is still owed of the bad debt."""
        left = self.obj.principal - recovered_of_debt(self.obj)
        self.first(amount=left)
        self.fields["amount"].help_text = f"单位：元。只计本金，不含利息和费用；不超过尚未收回的坏账本金 {display(left)} 元。"


class RecoveryForm(StepForm):
    """Money that came back, and what it cost."""

    amount = MoneyInput(label="追回金额")
    costs = MoneyInput(
        label="追偿费用",
        min_value=Decimal(0),
        help_text=COSTS_HINT,
    )
    received_on = DayInput(label="到账日期")
    bank_reference = forms.CharField(label="银行流水号", max_length=64)
    remark = LongText(label="说明", required=False, rows=2, help_text="如：处置抵押物、执行到账、分期归还。")

    def prepare(self) -> None:
        """Begin with today and no costs."""
        self.first(received_on=self.on, costs=Decimal("0.00"))
