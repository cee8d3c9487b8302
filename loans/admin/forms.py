"""What the steps of financing ask for."""

from django import forms

from common.admin import DayInput, LongText, MoneyInput, PercentInput, StepForm, YesNo
from common.enums import Category, Mode, Security
from loans.enums import MovementKind, RefusalReason
from loans.models import Movement
from parties.enums import InstitutionKind
from parties.models import Institution
from whitelist.models import Entry
from whitelist.selectors.entries import entries_visible_to, open_for_application

LATE_REASON_HINT = "办理日期早于今天的须填写；登记日期和理由一并留痕。"


class DatedForm(StepForm):
    """A step that happened on a day, today unless said otherwise."""

    on = DayInput(label="办理日期", required=False, help_text="默认为今天；补录此前的办理请填写实际日期和补录理由。")
    late_reason = LongText(label="补录理由", required=False, rows=2, help_text=LATE_REASON_HINT)


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
    term_months = forms.IntegerField(label="期限", min_value=1, help_text="单位：月。")
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
    term_months = forms.IntegerField(label="期限", min_value=1, help_text="单位：月。")
    security = forms.ChoiceField(label="担保方式", choices=Security.choices)
    purpose = forms.CharField(label="用途", max_length=200, required=False)
    other_technology_credit = forms.BooleanField(label="同一贷款已享受其他科技信贷扶持", required=False)
    bank_reference = forms.CharField(label="银行业务编号", max_length=64, required=False)

    def prepare(self) -> None:
        """Begin with what the draft says."""
        self.first(**{name: getattr(self.obj, name) for name in self.fields})


class SupplementForm(DatedForm):
    """What the bank needs besides."""

    what = LongText(label="需补充的材料", help_text="企业会看到此内容。要求补充材料不中止30个工作日的计算。")


class AnswerForm(DatedForm):
    """What came in."""

    answer = LongText(label="补充情况", required=False)


class ApproveForm(DatedForm):
    """The bank's yes."""

    amount = MoneyInput(label="批复金额")

    def prepare(self) -> None:
        """Begin with the sum asked for."""
        self.first(amount=self.obj.amount_requested)


class RefuseForm(DatedForm):
    """The bank's no."""

    reason = forms.ChoiceField(label="不予批复原因", choices=[("", "请选择"), *RefusalReason.choices])
    remark = LongText(label="说明", required=False, help_text="选择“其他”的须填写；企业会看到原因和说明。")


class ContractForm(StepForm):
    """A contract signed."""

    contract_number = forms.CharField(label="合同编号", max_length=64)
    contract_amount = MoneyInput(label="合同金额")
    signed_on = DayInput(label="签约日期")
    matures_on = DayInput(label="到期日", help_text="不超过首次放款日起五年。")
    available_until = DayInput(label="可提款至(不含)")
    late_reason = LongText(label="补录理由", required=False, rows=2, help_text=LATE_REASON_HINT)

    def prepare(self) -> None:
        """Begin with what was approved."""
        self.first(contract_amount=self.obj.amount_approved, signed_on=self.on)


class GuaranteeForm(StepForm):
    """The guarantee behind a credit R&D loan."""

    guarantor = forms.ModelChoiceField(
        label="担保公司", queryset=Institution.objects.filter(kind=InstitutionKind.GUARANTOR, is_active=True), empty_label="请选择"
    )
    number = forms.CharField(label="担保编号", max_length=64)
    fee_rate = PercentInput(label="担保费率")
    is_batch_scheme = YesNo(label="纳入银担“总对总”批量担保")


class MovementForm(StepForm):
    """A movement put down for a colleague to check."""

    amount = MoneyInput(label="金额")
    value_on = DayInput(label="起息日")
    bank_reference = forms.CharField(label="银行流水号", max_length=64)
    reason = LongText(label="补记理由", required=False, rows=2, help_text="起息日早于今天的须填写。")

    def prepare(self) -> None:
        """Begin with today."""
        self.first(value_on=self.on)


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
    from_on = DayInput(label="自")
    until_on = DayInput(label="至(不含)", required=False)
    document_number = forms.CharField(label="文号", max_length=60)
