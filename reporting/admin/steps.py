"""The steps of years and objections as the admin offers them."""

from functools import partial
from typing import Any

from django import forms
from django.utils import timezone

from common.admin.forms import LongText, StepForm
from common.admin.steps import Step, StepContext, allowed_for, states
from common.admin.transition_forms import offered
from common.transitions import Transition
from loans.models import Application
from loans.selectors.visible import applications_visible_to
from parties.admin.second_person import by_another
from parties.enums import InstitutionKind, Role
from parties.models import Member
from policy.selectors.calendar import working_calendar
from reporting.enums import ModeScope, Ruling, YearState
from reporting.models import RateObjection, ResponseYear
from reporting.response_rates.selectors.judging import last_due_of
from reporting.response_rates.services.objections import file_objection
from reporting.response_rates.services.step_services import OBJECTION_SERVICES, YEAR_SERVICES
from reporting.response_rates.transitions import OBJECTION_STEPS, YEAR_STEPS
from reporting.visibility import rate_reach_of

K = InstitutionKind


class ObjectionForm(StepForm):
    """Which application counts wrongly, as what it should count, and why."""

    application = forms.ModelChoiceField(label="融资申请", queryset=Application.objects.none(), empty_label="请选择")
    asked = forms.ChoiceField(label="请求", choices=[("", "请选择"), *Ruling.choices])
    reason = LongText(label="异议理由", max_length=2000, help_text="请写明事实和证明材料；材料可在该申请页面上传。")

    def prepare(self) -> None:
        """Offer the bank's own applications of the year."""
        own = applications_visible_to(self.member).filter(submitted_on__year=self.obj.year).select_related("enterprise")
        self.fields["application"].queryset = own.order_by("number")
        self.fields["application"].label_from_instance = lambda one: f"{one.number} {one.enterprise}"


def _who(row: Transition) -> Any:
    roles = (Role.CHECKER,) if row.needs_checker else (Role.HANDLER, Role.CHECKER)
    return allowed_for(*(K(who) for who in row.who), roles=roles)


def _is_over(year: ResponseYear) -> bool:
    """Return whether the term of the year's last day has passed."""
    return timezone.localdate() > last_due_of(year.year, calendar=working_calendar())


def _run(context: StepContext, *, service: Any, by: str) -> Any:
    return service(**{by: context.obj.public_id}, **context.answers)


def _on_year(row: Transition) -> Step:
    service = YEAR_SERVICES[row.name].run
    fits = by_another("published_by") if row.name == "lock" else None
    run = partial(_run, service=service, by="year_id")
    return offered(row, who=_who(row), when=_is_over, fits=fits, run=run)


def _of_bank(member: Member, objection: RateObjection) -> bool:
    reach = rate_reach_of(member)
    return reach is not None and (reach.bank_id == objection.bank_id or (ModeScope.BOTH in reach.modes and reach.bank_id is None))


def _on_objection(row: Transition) -> Step:
    service = OBJECTION_SERVICES[row.name].run
    fits = by_another("proposed_by") if row.name in ("confirm", "send_back") else None
    run = partial(_run, service=service, by="objection_id")
    return offered(row, who=_who(row), may=_of_bank, fits=fits, run=run)


def _file(context: StepContext) -> RateObjection:
    given = dict(context.given)
    application = given.pop("application")
    return file_objection(application_id=application.public_id, year_id=context.obj.public_id, actor=context.member, at=context.at, **given)


OBJECT = Step(
    name="object",
    label="提出响应率异议",
    who=allowed_for(K.BANK),
    states=states(YearState.DISPUTED),
    form=ObjectionForm,
    run=_file,
    clause="FP 1.6.5, D43",
    sentence="核对期内对本行申请的统计结果逐笔提出，每笔申请一次；市工信局在期限内答复。",
    tone="main",
)
YEAR_STEPS_OFFERED = (*(_on_year(row) for row in YEAR_STEPS), OBJECT)
OBJECTION_STEPS_OFFERED = tuple(_on_objection(row) for row in OBJECTION_STEPS)
