"""What the steps of fees ask for."""

from datetime import timedelta
from typing import Any

from django import forms

from common.admin.forms import DayInput, MoneyInput, PercentInput, StepForm
from common.dates import BEGINS, ENDS
from common.enums import Category, Security
from loans.models import Guarantee, Loan
from risk.visibility import guarantees_visible_to, trust_loans_of


class RateForm(StepForm):
    """A line of the dated fee table."""

    rate = PercentInput(label="年费率", help_text="百分数，如 0.5。")
    from_on = DayInput(days=BEGINS, label="生效日期", help_text="须晚于已有标准的生效日期；此前各日仍按原标准。")
    document_number = forms.CharField(label="文号", max_length=60)


class EnhancementFeeForm(StepForm):
    """A credit-enhancement fee collected; the amount is computed by the table."""

    loan = forms.ModelChoiceField(
        label="贷款", queryset=Loan.objects.none(), empty_label="请选择", help_text="信托服务模式的研发信用贷款。"
    )
    from_on = DayInput(days=BEGINS, label="计费自")
    last_on = DayInput(days=ENDS, label="计费至(含)")
    collected_on = DayInput(label="收取日期")
    voucher = forms.CharField(label="收款凭证号", max_length=64)

    def prepare(self) -> None:
        """Offer the covered trust loans, and begin with today."""
        loans = trust_loans_of(self.member).filter(category=Category.RD, security=Security.CREDIT, drawn__gt=0)
        self.fields["loan"].queryset = loans.select_related("enterprise").order_by("contract_number")
        self.fields["loan"].label_from_instance = lambda loan: f"{loan.contract_number} {loan.enterprise.name}"
        self.first(collected_on=self.on)

    def clean(self) -> dict[str, Any]:
        """Give the period on as the domain keeps it, its end not included."""
        given = super().clean() or {}
        last_on, from_on = given.pop("last_on", None), given.get("from_on")
        if last_on is not None and from_on is not None and last_on < from_on:
            self.add_error("last_on", f"不得早于计费起日（{from_on}）。")
        elif last_on is not None:
            given["until_on"] = last_on + timedelta(days=1)
        return given


class GuaranteeFeeForm(StepForm):
    """A guarantee fee charged."""

    guarantee = forms.ModelChoiceField(label="担保", queryset=Guarantee.objects.none(), empty_label="请选择")
    amount = MoneyInput(label="担保费")
    charged_on = DayInput(label="收取日期")
    voucher = forms.CharField(label="收款凭证号", max_length=64)

    def prepare(self) -> None:
        """Offer the own guarantees, and begin with today."""
        own = guarantees_visible_to(self.member).filter(guarantor=self.member.institution_id)
        self.fields["guarantee"].queryset = own.order_by("number")
        self.fields["guarantee"].label_from_instance = lambda one: f"{one.number} {one.loan.enterprise.name}（{one.loan.contract_number}）"
        self.first(charged_on=self.on)
