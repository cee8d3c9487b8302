"""What registering and changing parties asks for."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import validate_slug

from common.admin.forms import CodeInput, CountInput, DayInput, LongText, MoneyInput, StepForm
from common.dates import BEGINS, ENDS, FOUNDED
from common.enums import Mode
from parties.enums import HOUSE_ROLES, InstitutionKind, Role
from parties.models import District, Enterprise, Institution
from parties.selectors import mark_of
from parties.services.members import member_subject

ENTERED_KINDS = (InstitutionKind.BANK, InstitutionKind.GUARANTOR, InstitutionKind.FUND_MANAGER, InstitutionKind.CONTRIBUTOR)


class EnterpriseForm(StepForm):
    """An enterprise to register."""

    credit_code = CodeInput(label="统一社会信用代码", max_length=18, case=str.upper)
    name = forms.CharField(label="企业名称", max_length=120)
    industry_code = CodeInput(label="行业代码", max_length=5, case=str.upper, help_text="GB/T 4754-2017，如 C1951。")
    registered_on = DayInput(days=FOUNDED, label="成立日期")
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
    industry_code = CodeInput(label="行业代码", max_length=5, case=str.upper)
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
    from_on = DayInput(days=BEGINS, label="自")
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
    code = CodeInput(label="代号", max_length=40, case=str.lower, validators=[validate_slug], help_text="小写字母、数字和连字符。")


class ContactsForm(StepForm):
    """How the public reaches an institution."""

    phone = forms.CharField(label="对外电话", max_length=60, required=False, help_text="如 0595-12345678，多个用顿号隔开。")
    address = forms.CharField(label="办公地址", max_length=200, required=False)
    office_hours = forms.CharField(label="办公时间", max_length=100, required=False, help_text="如 工作日 8:00—12:00、14:30—17:30。")

    def prepare(self) -> None:
        """Begin with what is told now."""
        self.first(**{name: getattr(self.obj, name) for name in self.fields})


class AdmitForm(StepForm):
    """A period of participation."""

    mode = forms.ChoiceField(label="出资模式", choices=Mode.choices)
    from_on = DayInput(days=BEGINS, label="自")
    until_on = DayInput(days=ENDS, label="至(不含)", required=False)
    document_number = forms.CharField(label="文号", max_length=60)


class EndParticipationForm(StepForm):
    """The end of a period of participation."""

    mode = forms.ChoiceField(label="出资模式", choices=Mode.choices)
    until_on = DayInput(days=ENDS, label="终止日", help_text="自该日起不再受理新业务，存续贷款照常办理。")
    document_number = forms.CharField(label="文号", max_length=60)


def _reason(**options: Any) -> forms.CharField:
    return forms.CharField(label="事由", max_length=300, help_text="任职文件的文号，或变动的缘由；安全管理员据此核对。", **options)


class Seen(forms.CharField):
    """The mark of the rights as they stood when the form was opened; an older form is refused."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)


class HouseForm(StepForm):
    """A change in one's own house, or in any for the operator's system administrator."""

    party = CodeInput(label="单位", max_length=40, help_text="机构代号，或企业的统一社会信用代码。")

    def prepare(self) -> None:
        """Begin with today; who manages one house is not asked which."""
        self.first(from_on=self.on)
        if Role.SYSTEM not in self.member.roles:
            del self.fields["party"]
            self.fields["roles"].choices = [(role.value, role.label) for role in HOUSE_ROLES]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the values with the house itself."""
        given = super().clean() or {}
        code = given.pop("party", None) or ""
        if "party" not in self.fields:
            return given | {"house": self.member.party}
        house = (
            Institution.objects.filter(code=code.lower(), is_active=True).first()
            or Enterprise.objects.filter(credit_code=code.upper()).first()
        )
        if house is None:
            self.add_error("party", "没有此代号的机构或此信用代码的企业，请核对。")
        return given | {"house": house}


def _roles() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label="岗位", choices=Role.choices, widget=forms.CheckboxSelectMultiple)


class LoginForm(HouseForm):
    """A person who gets a login and acts for the house."""

    username = CodeInput(label="登录名", max_length=150)
    display_name = forms.CharField(label="姓名", max_length=50)
    phone = forms.CharField(label="手机号码", max_length=20, help_text="本人的号码；一个号码只能开设一个账号。")
    email = forms.EmailField(label="邮箱", required=False)
    roles = _roles()
    from_on = DayInput(days=BEGINS, label="自")
    until_on = DayInput(days=ENDS, label="至(不含)", required=False)
    reason = _reason()


class AppointForm(HouseForm):
    """A person with a login to act for the house."""

    username = CodeInput(label="登录名", max_length=150, help_text="已有账号的人员；须未在其他单位任职。")
    roles = _roles()
    from_on = DayInput(days=BEGINS, label="自")
    until_on = DayInput(days=ENDS, label="至(不含)", required=False)
    reason = _reason()


class RightsForm(StepForm):
    """A change of somebody's rights; one opened before their last change is refused, whatever stands in it. ``subject_of`` names them."""

    refuses_old = True
    subject_of: Callable[[Any], str]
    seen = Seen()

    def prepare(self) -> None:
        """Begin with the mark."""
        self.first(seen=mark_of(type(self).subject_of(self.obj)))


class MemberForm(RightsForm):
    """A change of one member's rights."""

    subject_of = staticmethod(member_subject)


class RolesForm(MemberForm):
    """Other roles for a member."""

    roles = forms.MultipleChoiceField(
        label="岗位", choices=[(role.value, role.label) for role in HOUSE_ROLES], widget=forms.CheckboxSelectMultiple
    )
    reason = _reason()

    def prepare(self) -> None:
        """Begin with the roles held."""
        super().prepare()
        self.first(roles=self.obj.roles)


class EndMembershipForm(MemberForm):
    """The end of a membership."""

    until_on = DayInput(days=ENDS, label="终止日", help_text="自该日起不再代表本单位办理业务。")
    reason = _reason()

    def prepare(self) -> None:
        """Begin with today."""
        super().prepare()
        self.first(until_on=self.on)


class ResetForm(MemberForm):
    """A new password for a person, set by that person."""

    reason = _reason()


def chosen_roles(given: dict[str, Any]) -> list[Role]:
    """Return the ticked roles."""
    return [Role(role) for role in given["roles"]]
