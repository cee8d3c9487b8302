"""Policy versions: every parameter with unit, clause and decision; entering a plan as data."""

import codecs
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Cited, Link, link_to
from common.admin.forms import DayInput, StepForm
from common.admin.panels import table
from common.admin.steps import Step, StepContext, allowed_for
from common.admin.visible import VisibleAdmin
from common.dates import BEGINS, ENDS, PAPERS
from common.strict_json import NotStrictJson, read_json
from parties.models import Member
from policy.access import INTERPRETERS, KEEPERS
from policy.models import Confirmation, Decision, PolicyVersion
from policy.selectors.versions import parameters_of
from policy.services.versions import add_policy_version, confirm_interpretation, set_publication_date, set_version_end


def versions_visible_to(member: Member) -> QuerySet[PolicyVersion]:
    """Return all versions; the plans are public."""
    return PolicyVersion.objects.all()


class VersionForm(StepForm):
    """A plan entered as data."""

    name = forms.CharField(label="名称", max_length=80)
    document_number = forms.CharField(label="文号", max_length=60, required=False)
    valid_from = DayInput(days=BEGINS, label="自")
    valid_until = DayInput(days=ENDS, label="至(不含)", required=False, help_text="首个不再生效的日期；未定可不填。")
    file = forms.FileField(label="条款参数文件", help_text="JSON文件，格式同已有版本的导出；逐项校验，有误时逐项列出。")

    def clean_file(self) -> Any:
        """Return the file's content as JSON."""
        try:
            return read_json(self.cleaned_data["file"].read().removeprefix(codecs.BOM_UTF8))
        except NotStrictJson as broken:
            raise ValidationError("文件不是有效的JSON，请核对后重新上传。") from broken


class EndForm(StepForm):
    """Another end of a version."""

    valid_until = DayInput(days=ENDS, label="至(不含)", required=False, help_text="首个不再生效的日期；不设止期可不填。")

    def prepare(self) -> None:
        """Begin with the present end."""
        self.first(valid_until=self.obj.valid_until)


class PublicationForm(StepForm):
    """The day the plan's document was published."""

    published_on = DayInput(days=PAPERS, label="发布日期")


class ConfirmForm(StepForm):
    """A bureau's confirmation of an interpretation."""

    decision = forms.ModelChoiceField(label="解释口径", queryset=Decision.objects.all(), empty_label="请选择")
    confirmed_on = DayInput(label="确认日期")
    document_number = forms.CharField(label="文号", max_length=60)


def _add(context: StepContext) -> PolicyVersion:
    given = dict(context.given)
    return add_policy_version(terms=given.pop("file"), actor=context.member, at=context.at, **given)


def _confirm(context: StepContext) -> Any:
    given = dict(context.given)
    decision = given.pop("decision")
    return confirm_interpretation(version_number=context.obj.number, decision_id=decision.pk, actor=context.member, at=context.at, **given)


NEW = Step(
    name="add",
    label="录入政策版本",
    who=allowed_for(*KEEPERS),
    form=VersionForm,
    run=_add,
    clause="FP 3.4",
    sentence="新的政策版本按数据录入，录入后参数不再改动；有效期不得与已有版本重叠。",
)
STEPS = (
    Step(name="confirm", label="确认解释口径", who=allowed_for(*INTERPRETERS), form=ConfirmForm, run=_confirm, clause="FP 3.3"),
    Step(
        name="publication",
        label="录入发布日期",
        who=allowed_for(*KEEPERS),
        form=PublicationForm,
        when=lambda version: version.number == 1,
        run=lambda context: set_publication_date(published_on=context.given["published_on"], actor=context.member, at=context.at),
        clause="FP 3.4",
    ),
    Step(
        name="end",
        label="调整止期",
        who=allowed_for(*KEEPERS),
        form=EndForm,
        run=lambda context: set_version_end(
            number=context.obj.number, valid_until=context.given["valid_until"], actor=context.member, at=context.at
        ),
        clause="FP 3.4",
        sentence="存续贷款和已受理的申请继续执行原版本。",
    ),
)


def decision_url(decision: str) -> str:
    """Return the address of an interpretation's page."""
    return reverse("admin:policy_decision_change", args=[decision])


def _standing(version: PolicyVersion) -> Badge:
    today = timezone.localdate()
    if version.valid_from > today:
        return Badge("尚未生效", "busy")
    if version.valid_until is not None and version.valid_until <= today:
        return Badge("实施期满", "plain")
    return Badge("生效中", "good")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(VisibleAdmin):
    """The plans in force and past."""

    visible_to = staticmethod(versions_visible_to)
    columns = ("number", "name", "document_number", "valid_from", "valid_until", Column("状态", _standing, name="standing"))
    shows = ("number", "name", "document_number", "valid_from", "valid_until")
    ordering = ("number",)
    steps = STEPS
    new_steps = (NEW,)

    def badges(self, case: Any) -> list[Badge]:
        """Return whether the version is in force."""
        return [_standing(case)]

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return every parameter by group, and the confirmations."""
        rows: list[Any] = []
        group = ""
        for line in (found.parameter for found in parameters_of(case)):
            reading = Link(Badge(f"解释 {line.decision}", "warn"), decision_url(line.decision)) if line.decision else Badge("原文", "plain")
            rows.append((line.group if line.group != group else "", line.label, line.shown, reading, Cited(line.clause)))
            group = line.group
        parameters = table("条款参数", ("类别", "参数", "取值", "口径", "依据"), rows, note="“解释”指方案未明确、按解释口径执行的参数。")
        confirmed = case.confirmations.select_related("decision", "institution").order_by("decision__position", "institution")
        given = [
            (link_to(request, one, str(one.decision)), str(one.institution), one.confirmed_on, one.document_number) for one in confirmed
        ]
        heads = ("解释口径", "确认机构", "确认日期", "文号")
        return [parameters, table("解释口径的确认", heads, given, clause="FP 3.3", empty="尚无机构确认。")]


def confirmations_visible_to(member: Member) -> QuerySet[Confirmation]:
    """Return all confirmations; how the plan is read is public."""
    return Confirmation.objects.select_related("version", "decision", "institution")


@admin.register(Confirmation)
class ConfirmationAdmin(VisibleAdmin):
    """Who confirmed which interpretation, by which document."""

    visible_to = staticmethod(confirmations_visible_to)
    columns = ("version", "decision", "institution", "confirmed_on", "document_number")
    shows = ("version", "decision", "institution", "confirmed_on", "document_number", "recorded_by")
    list_filter = ("version", "institution")
    ordering = ("-confirmed_on", "-id")
