"""What registering and changing parties asks for."""

from typing import Any

from django import forms

from common.admin import CountInput, DayInput, LongText, MoneyInput, StepForm
from common.enums import Mode
from parties.enums import HOUSE_ROLES, InstitutionKind, Role
from parties.models import District

ENTERED_KINDS = (InstitutionKind.BANK, InstitutionKind.GUARANTOR, InstitutionKind.FUND_MANAGER, InstitutionKind.CONTRIBUTOR)


class EnterpriseForm(StepForm):
    """An enterprise to register."""

    credit_code = forms.CharField(label="统一社会信用代码", max_length=18)
    name = forms.CharField(label="企业名称", max_length=120)
    industry_code = forms.CharField(label="行业代码", max_length=5, help_text="GB/T 4754-2017，如 C1951。")
    registered_on = DayInput(label="成立日期")
    registered_capital = MoneyInput(label="注册资本")
    tax_home = forms.ModelChoiceField(label="所得税归属", queryset=District.objects.filter(is_live=True), empty_label="请选择")
    registered_in_city = forms.BooleanField(label="在本市注册", required=False, initial=True)
    is_little_giant = forms.BooleanField(label="国家级专精特新“小巨人”", required=False)
    is_municipal_key = forms.BooleanField(label="市重点工业企业", required=False)
    contact_name = forms.CharField(label="联系人", max_length=50, required=False)
    contact_phone = forms.CharField(label="联系电话", max_length=20, required=False)

    def prepare(self) -> None:
        """Begin with a county's own district."""
        self.first(tax_home=self.member.institution.district_id)


class ParticularsForm(StepForm):
    """Particulars of an enterprise to change."""

    name = forms.CharField(label="企业名称", max_length=120)
    industry_code = forms.CharField(label="行业代码", max_length=5)
    registered_capital = MoneyInput(label="注册资本")
    registered_in_city = forms.BooleanField(label="在本市注册", required=False)
    is_little_giant = forms.BooleanField(label="国家级专精特新“小巨人”", required=False)
    is_municipal_key = forms.BooleanField(label="市重点工业企业", required=False)
    contact_name = forms.CharField(label="联系人", max_length=50, required=False)
    contact_phone = forms.CharField(label="联系电话", max_length=20, required=False)
    remark = LongText(label="变更说明", rows=2, required=False)

    def prepare(self) -> None:
        """Begin with what is registered."""
        self.first(**{name: getattr(self.obj, name) for name in self.fields if name != "remark"})


class TaxHomeForm(StepForm):
    """A move of the income-tax home."""

    district = forms.ModelChoiceField(label="新所得税归属", queryset=District.objects.filter(is_live=True), empty_label="请选择")
    from_on = DayInput(label="自")
    reason = LongText(label="变更依据", rows=2)


class FiguresForm(StepForm):
    """One year's figures."""

    year = CountInput(label="年度", min_value=2000, max_value=2100)
    rd_expense = MoneyInput(label="研发费用", required=False, min_value=0)
    revenue = MoneyInput(label="营业收入", required=False, min_value=0)
    employees = CountInput(label="从业人员", required=False, min_value=0, help_text="单位：人。")
    reference = forms.CharField(label="来源文件", max_length=120)


class InstitutionForm(StepForm):
    """A bank or company that takes part."""

    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *((kind.value, kind.label) for kind in ENTERED_KINDS)])
    name = forms.CharField(label="名称", max_length=100)
    short_name = forms.CharField(label="简称", max_length=30)
    code = forms.SlugField(label="代号", max_length=40, help_text="小写字母、数字和连字符。")


class AdmitForm(StepForm):
    """A period of participation."""

    mode = forms.ChoiceField(label="出资模式", choices=Mode.choices)
    from_on = DayInput(label="自")
    until_on = DayInput(label="至(不含)", required=False)
    document_number = forms.CharField(label="文号", max_length=60)


class EndParticipationForm(StepForm):
    """The end of a period of participation."""

    mode = forms.ChoiceField(label="出资模式", choices=Mode.choices)
    until_on = DayInput(label="终止日", help_text="自该日起不再受理新业务，存续贷款照常办理。")
    document_number = forms.CharField(label="文号", max_length=60)


class LoginForm(StepForm):
    """A login for a person."""

    username = forms.CharField(label="登录名", max_length=150)
    display_name = forms.CharField(label="姓名", max_length=50)
    email = forms.EmailField(label="邮箱", required=False)
    phone = forms.CharField(label="手机号码", max_length=20, required=False)
    password = forms.CharField(label="初始密码", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))


class AppointForm(StepForm):
    """A person to act for one's own institution."""

    username = forms.CharField(label="登录名", max_length=150, help_text="先用“开设登录账号”开设；须未在其他单位任职。")
    name = forms.CharField(label="姓名", max_length=60)
    roles = forms.MultipleChoiceField(
        label="岗位", choices=[(role.value, role.label) for role in HOUSE_ROLES], widget=forms.CheckboxSelectMultiple
    )
    from_on = DayInput(label="自")
    until_on = DayInput(label="至(不含)", required=False)

    def prepare(self) -> None:
        """Begin with today."""
        self.first(from_on=self.on)


class RolesForm(StepForm):
    """Other roles for a member."""

    roles = forms.MultipleChoiceField(
        label="岗位", choices=[(role.value, role.label) for role in HOUSE_ROLES], widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        """Begin with the roles held."""
        self.first(roles=self.obj.roles)


class EndMembershipForm(StepForm):
    """The end of a membership."""

    until_on = DayInput(label="终止日", help_text="自该日起不再代表本单位办理业务。")
    remark = LongText(label="说明", rows=2, required=False)

    def prepare(self) -> None:
        """Begin with today."""
        self.first(until_on=self.on)


def chosen_roles(given: dict[str, Any]) -> list[Role]:
    """Return the ticked roles."""
    return [Role(role) for role in given["roles"]]
