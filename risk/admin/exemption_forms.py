"""What the steps of exemption ask for."""

from typing import Any

from django import forms

from common.admin.forms import DayInput, LongText, StepForm, YesNo
from common.dates import PAPERS
from risk.exemption.services.cases import Answer
from risk.models import BadDebt
from risk.visibility import bad_debts_visible_to

REMARK = "_remark"


class OpenForm(StepForm):
    """A bad debt whose handling is to be looked at."""

    bad_debt = forms.ModelChoiceField(label="坏账", queryset=BadDebt.objects.none(), empty_label="请选择", help_text="一笔坏账核查一次。")

    def prepare(self) -> None:
        """Offer the own bad debts not looked at yet."""
        own = bad_debts_visible_to(self.member).filter(bank=self.member.institution_id, exemption__isnull=True)
        self.fields["bad_debt"].queryset = own.order_by("-recognised_on", "-id")
        self.fields["bad_debt"].label_from_instance = lambda one: (
            f"{one.loan.contract_number} {one.loan.enterprise.name}（{one.recognised_on} 认定）"
        )


class ChecklistForm(StepForm):
    """Every line of the checklist, each with a remark; lines left open stay open."""

    def prepare(self) -> None:
        """Ask the lines of this case, with the answers given so far and what the system recorded."""
        self.codes: list[str] = []
        for number, item in enumerate(self.obj.items.all(), start=1):
            self.codes.append(item.code)
            initial = "" if item.is_fulfilled is None else "yes" if item.is_fulfilled else "no"
            self.fields[item.code] = YesNo(
                label=f"{number}. {item.wording}",
                required=False,
                initial=initial,
                help_text=f"系统记录（截至 {self.obj.opened_on} 发起时）：{item.facts}",
            )
            self.fields[f"{item.code}{REMARK}"] = LongText(label="核查情况", required=False, rows=2, initial=item.remark, max_length=1000)

    def clean(self) -> dict[str, Any]:
        """Return the answers given; a line that is not fulfilled says why."""
        given = super().clean() or {}
        answers = []
        for code in self.codes:
            answer, remark = given.get(code), given.get(f"{code}{REMARK}", "")
            if answer is False and not remark.strip():
                self.add_error(f"{code}{REMARK}", "不符合的，请写明核查情况。")
            if answer is not None:
                answers.append(Answer(code, answer, remark))
        return {"answers": answers}


class RulesForm(StepForm):
    """An institution's own exemption rules."""

    name = forms.CharField(label="制度名称", max_length=120)
    document_number = forms.CharField(label="文号", max_length=60)
    effective_on = DayInput(days=PAPERS, label="施行日期")
