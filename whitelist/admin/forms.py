"""What the steps of the whitelist ask for."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef

from common import texts
from common.admin.forms import CodeInput, DayInput, LongText, MoneyInput, StepForm
from common.searching import is_the_same
from parties.enums import InstitutionKind
from parties.models import District, Enterprise
from parties.selectors import enterprises_visible_to
from whitelist.enums import PENDING_STATES, EntryState, ImportKind, ProjectType, Verdict
from whitelist.models import Entry, Project
from whitelist.selectors.entries import projects_visible_to
from whitelist.selectors.imports import noted_codes
from whitelist.services.readings import control_of


class EnterpriseByCode(forms.CharField):
    """An enterprise, named by its unified social credit code or its exact name."""

    def __init__(self, **options: Any) -> None:
        defaults = {"label": "企业", "max_length": 120, "help_text": "填写统一社会信用代码或企业全称。"}
        super().__init__(**(defaults | options))
        self.member: Any = None

    def clean(self, value: Any) -> Enterprise:
        """Return the enterprise, if this person may see it."""
        text = super().clean(value)
        seen = enterprises_visible_to(self.member)
        found = seen.filter(credit_code=texts.code(text).upper()).first() or seen.filter(is_the_same("name", text)).first()
        if found is None:
            raise forms.ValidationError("未找到该企业，请核对统一社会信用代码；尚未登记的企业请先在“企业”中登记。")
        return found


class ProjectForm(StepForm):
    """An investment project to register."""

    enterprise = EnterpriseByCode()
    code = CodeInput(label="投资项目代码", max_length=40, case=str.upper, help_text="全国投资项目在线审批监管平台赋码。")
    name = forms.CharField(label="项目名称", max_length=200)
    district = forms.ModelChoiceField(label="所在县(市、区)", queryset=District.objects.filter(is_live=True), empty_label="请选择")
    project_type = forms.ChoiceField(label="项目类型", choices=[("", "请选择"), *ProjectType.choices])
    total_investment = MoneyInput(label="投资总额")
    is_key_project = forms.BooleanField(label="省市重大重点项目", required=False)
    is_named_by_city = forms.BooleanField(label="市政府确定的项目", required=False)

    def prepare(self) -> None:
        """Let a county register in its own district only."""
        self.fields["enterprise"].member = self.member
        institution = self.member.institution
        if institution.kind == InstitutionKind.COUNTY_INDUSTRY:
            self.fields["district"].queryset = District.objects.filter(pk=institution.district_id)
            self.first(district=institution.district_id)


class CorrectProjectForm(StepForm):
    """What may be corrected of a project."""

    name = forms.CharField(label="项目名称", max_length=200)
    project_type = forms.ChoiceField(label="项目类型", choices=ProjectType.choices)
    total_investment = MoneyInput(label="投资总额")
    is_key_project = forms.BooleanField(label="省市重大重点项目", required=False)
    is_named_by_city = forms.BooleanField(label="市政府确定的项目", required=False)

    def prepare(self) -> None:
        """Begin with what is registered."""
        self.first(**{name: getattr(self.obj, name) for name in self.fields})


class DraftProjectForm(StepForm):
    """An application for a registered project."""

    project = forms.ModelChoiceField(label="项目", queryset=Project.objects.none(), empty_label="请选择")
    holds_technical_upgrade_subsidy = forms.BooleanField(
        label="企业声明：已享受技改贴息", required=False, help_text="与技改贴息政策不可叠加享受。"
    )

    def prepare(self) -> None:
        """Offer the projects this person may see that stand in no open application and on no list."""
        busy = Entry.objects.filter(project=OuterRef("pk"), state__in=(*PENDING_STATES, EntryState.PUBLISHED))
        self.fields["project"].queryset = projects_visible_to(self.member).filter(~Exists(busy)).order_by("-id")


class DraftNewForm(StepForm):
    """An application of a newly registered enterprise."""

    enterprise = EnterpriseByCode()
    other_technology_credit = forms.BooleanField(label="企业声明：已享受其他科技信贷扶持", required=False)

    def prepare(self) -> None:
        """Look enterprises up for this person."""
        self.fields["enterprise"].member = self.member


class DeclareForm(StepForm):
    """What the enterprise declares."""

    holds_technical_upgrade_subsidy = forms.BooleanField(label="已享受技改贴息", required=False)
    other_technology_credit = forms.BooleanField(label="已享受其他科技信贷扶持", required=False)

    def prepare(self) -> None:
        """Begin with what was declared."""
        self.first(**{name: getattr(self.obj, name) for name in self.fields})


class OpinionForm(StepForm):
    """A consulted bureau's opinion on one entry or many."""

    verdict = forms.ChoiceField(label="意见", choices=[("", "请选择"), *Verdict.choices])
    document_number = forms.CharField(label="复函文号", max_length=60)
    given_on = DayInput(label="复函日期")
    remark = LongText(label="意见说明", required=False, help_text="不同意的须说明理由。")

    def prepare(self) -> None:
        """Begin with today."""
        self.first(given_on=self.on)


class PublishForm(StepForm):
    """A batch to publish."""

    document_number = forms.CharField(label="发布文号", max_length=60, help_text="例如 泉工信〔2026〕12号")


class ListForm(StepForm):
    """A list from another bureau."""

    kind = forms.ChoiceField(label="名单类别", choices=ImportKind.choices)
    file = forms.FileField(
        label="文件", help_text="xlsx、xls、et 或 csv；逐行核对，确认后才入库。金额不以元为单位或有多个工作表的，先确认读法。"
    )
    as_of = DayInput(
        label="数据截止日",
        required=False,
        help_text="税务部门企业名单必填：企业名称、所得税归属等截至哪一天。已核定和较晚的信息不被覆盖。",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a list that carries names and tax homes."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == ImportKind.TAX_LIST and not given.get("as_of") and "as_of" not in self.errors:
            self.add_error("as_of", "请填写名单的数据截止日。")
        return given


class ReadingForm(StepForm):
    """How a list is read, confirmed by who knows what it comes to; a list without amounts is confirmed as it is shown."""

    def prepare(self) -> None:
        """Ask for unit and sum where there are amounts, and offer no answer."""
        if control_of(self.obj.reading or {}) is None:
            del self.fields["unit"], self.fields["control_total"]
            return
        self.fields["unit"].required = self.fields["control_total"].required = True


class NotesForm(StepForm):
    """The commit of a list; credit codes that were noted are compared first."""

    def prepare(self) -> None:
        """Ask only where something was noted."""
        if noted_codes(self.obj).exists():
            self.fields["notes_checked"].required = True
        else:
            del self.fields["notes_checked"]
