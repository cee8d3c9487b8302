"""Investment projects, on which the caps hang."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.display_values import link_to, value_of
from common.admin.extension_points import acting_member
from common.admin.panels import table
from common.admin.steps import Step, StepContext, allowed_for
from common.admin.visible import VisibleAdmin
from parties.enums import InstitutionKind
from parties.models import Member
from whitelist.admin.entries import SEEN_BY
from whitelist.admin.forms import CorrectProjectForm, ProjectForm
from whitelist.models import Project
from whitelist.published import reads_published_only
from whitelist.selectors.entries import entries_visible_to, projects_visible_to
from whitelist.services.projects import correct_project, register_project


def projects_listed(member: Member) -> QuerySet[Project]:
    """Return what the member sees, with all that lists show."""
    return projects_visible_to(member).select_related("enterprise", "district")


DAYS = {"申请日期": "submitted_on", "发布日期": "published_on"}
REGISTRARS = allowed_for(InstitutionKind.COUNTY_INDUSTRY, InstitutionKind.CITY_INDUSTRY)


def _register(context: StepContext) -> Project:
    return register_project(actor=context.member, at=context.at, **context.given)


def _correct(context: StepContext) -> Project:
    return correct_project(project_id=context.obj.public_id, actor=context.member, at=context.at, **context.given)


@admin.register(Project)
class ProjectAdmin(VisibleAdmin):
    """Projects by their code."""

    visible_to = staticmethod(projects_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = ("name", "code", "enterprise", "district", "project_type", "total_investment", "is_key_project")
    shows = ("name", "code", "enterprise", "district", "project_type", "total_investment", "is_key_project", "is_named_by_city")
    search_fields = ("name", "code", "enterprise__name", "enterprise__credit_code")
    list_filter = ("project_type", "district", "is_key_project", "is_named_by_city")
    ordering = ("-id",)
    new_steps = (Step(name="register", label="登记项目", who=REGISTRARS, form=ProjectForm, run=_register, clause="FP 1.1.1"),)
    steps = (Step(name="correct", label="更正项目信息", who=REGISTRARS, form=CorrectProjectForm, run=_correct),)

    def parts(self, request: HttpRequest, case: Project) -> list[Any]:
        """Return the entries that list the project."""
        found = entries_visible_to(acting_member(request)).filter(project=case)
        days = {"发布日期": "published_on"} if reads_published_only(acting_member(request)) else DAYS
        rows = [
            (link_to(request, one, f"{one.list_year}年度"), value_of(one, "state"), *(getattr(one, day) for day in days.values()))
            for one in found
        ]
        return [table("白名单条目", ("条目", "状态", *days), rows)]
