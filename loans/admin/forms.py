"""What the steps of financing ask for."""

from django import forms

from common.admin.forms import CountInput, DayInput, LongText, MoneyInput, PercentInput, StepForm, YesNo
from common.dates import BEGINS, ENDS
from common.enums import Category, Mode, Security
from loans.enums import MovementKind
from loans.models import Movement
from parties.enums import InstitutionKind
from parties.models import Institution
from whitelist.models import Entry
from whitelist.selectors.entries import entries_visible_to, open_for_application


class IntentForm(StepForm):
    """A bank's first agreement with an enterprise."""

    entry = forms.ModelChoiceField(label="白名单条目", queryset=Entry.objects.none(), empty_label="请选择")

    def prepare(self) -> None:
        """Offer the entries open for applications."""
        self.fields["entry"].queryset = entries_visible_to(self.member).filter(open_for_application(self.on))


class DraftForm(StepForm):
    """An application drafted on behalf of an enterprise."""

    entry = forms.ModelChoiceField(label="白名单条目", queryset=Entry.objects.none(), empty_label="请选择")
    bank = forms.ModelChoiceField(label="银行", queryset=Institution.objects.filter(kind=InstitutionKind.BANK), empty_label="请选择")
    mode = forms.ChoiceField(label="出资模式", choices=Mode.choices)
    category = forms.ChoiceField(label="贷款类别", choices=Category.choices)
    security = forms.ChoiceField(label="担保方式", choices=Security.choices)
    amount_requested = MoneyInput(label="申请金额")
    term_months = CountInput(label="期限", min_value=1, help_text="单位：月。")
    purpose = forms.CharField(label="用途", max_length=200, required=False)
    other_technology_credit = forms.BooleanField(label="同一贷款已享受其他科技信贷扶持", required=False)
    bank_reference = forms.CharField(label="银行业务编号", max_length=64, required=False)

    def prepare(self) -> None:
        """Offer the open entries, and a bank's people their own bank."""
        self.fields["entry"].queryset = entries_visible_to(self.member).filter(open_for_application(self.on))
        if self.member.institution.kind == InstitutionKind.BANK:
            self.fields["bank"].queryset = Institution.objects.filter(pk=self.member.institution_id)
            self.first(bank=self.member.institution_id)


class ReviseForm(StepForm):
    """What a draft says."""

    amount_requested = MoneyInput(label="申请金额")
    term_months = CountInput(label="期限", min_value=1, help_text="单位：月。")
    security = forms.ChoiceField(label="担保方式", choices=Security.choices)
    purpose = forms.CharField(label="用途", max_length=200, required=False)
    other_technology_credit = forms.BooleanField(label="同一贷款已享受其他科技信贷扶持", required=False)
    bank_reference = forms.CharField(label="银行业务编号", max_length=64, required=False)

    def prepare(self) -> None:
        """Begin with what the draft says."""
        self.first(**{name: getattr(self.obj, name) for name in self.fields})


class ApprovalBegins(StepForm):
    """Begins with the sum asked for."""

    def prepare(self) -> None:
        """Fill in the amount."""
        self.first(amount=self.obj.amount_requested)


class ContractBegins(StepForm):
    """Begins with what was approved, today."""

    def prepare(self) -> None:
        """Fill in amount and day."""
        self.first(contract_amount=self.obj.amount_approved, signed_on=self.on)


BEGINS_WITH: dict[str, type[StepForm]] = {"approve": ApprovalBegins, "contract": ContractBegins}


class GuaranteeForm(StepForm):
    """The guarantee behind a credit R&D loan."""

    guarantor = forms.ModelChoiceField(
        label="担保公司", queryset=Institution.objects.filter(kind=InstitutionKind.GUARANTOR, is_active=True), empty_label="请选择"
    )
    number = forms.CharField(label="担保编号", max_length=64)
    fee_rate = PercentInput(label="担保费率")
    is_batch_scheme = YesNo(label="纳入银担“总对总”批量担保")


class MovementBegins(StepForm):
    """Begins today."""

    def prepare(self) -> None:
        """Fill in the day; a reason takes a line or two."""
        self.first(value_on=self.on)
        self.fields["reason"].widget.attrs["rows"] = 2


class ReversalForm(StepForm):
    """A movement to take back."""

    movement = forms.ModelChoiceField(label="冲正对象", queryset=Movement.objects.none(), empty_label="请选择")
    bank_reference = forms.CharField(label="银行流水号", max_length=64)
    reason = LongText(label="冲正理由", rows=2)

    def prepare(self) -> None:
        """Offer the loan's movements that are not taken back yet."""
        standing = self.obj.movements.filter(reversed_by__isnull=True)
        self.fields["movement"].queryset = standing.exclude(kind=MovementKind.REVERSAL)


class UseCheckForm(StepForm):
    """What the bank found when it followed the money."""

    checked_on = DayInput(label="检查日期")
    finding = LongText(label="检查情况")
    is_misuse = YesNo(label="发现挪用")
    misuse_from = DayInput(label="挪用起始日", required=False, help_text="发现挪用的须填写；自该日起停止贴息。")

    def prepare(self) -> None:
        """Begin with today."""
        self.first(checked_on=self.on)


class QuotaForm(StepForm):
    """A bank's quota."""

    bank = forms.ModelChoiceField(
        label="银行", queryset=Institution.objects.filter(kind=InstitutionKind.BANK, is_active=True), empty_label="请选择"
    )
    mode = forms.ChoiceField(label="出资模式", choices=Mode.choices)
    amount = MoneyInput(label="额度")
    from_on = DayInput(days=BEGINS, label="自")
    until_on = DayInput(days=ENDS, label="至(不含)", required=False)
    document_number = forms.CharField(label="文号", max_length=60)
