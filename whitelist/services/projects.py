"""Entering and correcting an investment project before it is listed."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import Scope, record, snapshot
from common.errors import DomainError, FieldProblem, InvalidInput, NotVisible
from parties.access import require, require_enterprise
from parties.enums import InstitutionKind
from parties.models import District, Enterprise, Member
from policy.selectors.versions import require_open_version
from whitelist.enums import PENDING_STATES, EntryState, ProjectType
from whitelist.intake.cells import normalized_project_code
from whitelist.models import Project
from whitelist.selectors.entries import projects_visible_to

_TOLD = ("code", "name", "project_type", "is_key_project", "is_named_by_city", "total_investment")
_EDITABLE = frozenset({EntryState.DRAFT, EntryState.RETURNED})


class ProjectCodeTaken(DomainError):
    """The investment-project code is entered with other content."""

    code = "project_code_taken"
    sentence = "投资项目代码“{project_code}”已登记，内容与本次填报不一致，请核对代码。"
    clause = "FP 1.2.1"


class DistrictClosed(DomainError):
    """The district is listed but takes no business."""

    code = "district_closed"
    sentence = "“{district}”暂不办理技术创新基金业务，请核对所在县（市、区）。"


class ProjectUnderReview(DomainError):
    """The project is in review or listed; what was reviewed stays."""

    code = "project_under_review"
    sentence = "项目“{project}”正在审核或已列入白名单，不能修改；如需更正，请先退回补正或移出名单。"


@transaction.atomic
def register_project(
    *,
    enterprise: Enterprise,
    district: District,
    code: str,
    name: str,
    project_type: str,
    total_investment: Decimal,
    actor: Member,
    at: datetime,
    is_key_project: bool = False,
    is_named_by_city: bool = False,
) -> Project:
    """
    Enter a project for its enterprise, by the enterprise itself or its county; the same again returns the same project.

    Raises:
        PlanEnded: no plan is in force (FP 3.4).
        RoleMissing: neither the enterprise nor the county's industry bureau.
        NotVisible: the project lies in another county.
        InvalidInput, DistrictClosed, ProjectCodeTaken.

    Source: FP 1.1.1, 1.6.1(1), 3.4; D25, D39.
    """
    require_open_version(localdate(at))
    _require_entering(actor, enterprise, district)
    told = {
        "code": normalized_project_code(code),
        "name": name.strip(),
        "project_type": project_type,
        "is_key_project": is_key_project,
        "is_named_by_city": is_named_by_city,
        "total_investment": total_investment,
    }
    _require_valid(told)
    if not district.is_live:
        raise DistrictClosed(field="district", district=district)
    project, is_new = Project.objects.get_or_create(code=told["code"], defaults={**told, "enterprise": enterprise, "district": district})
    if not is_new:
        same = snapshot(project, _TOLD) == told and (project.enterprise_id, project.district_id) == (enterprise.pk, district.pk)
        if not same:
            raise ProjectCodeTaken(field="code", project_code=told["code"])
        return project
    record(verb="project.registered", obj=project, actor=actor, occurred_at=at, after=told, scope=_scope(project))
    return project


@transaction.atomic
def correct_project(
    *,
    project_id: UUID,
    name: str,
    project_type: str,
    is_key_project: bool,
    is_named_by_city: bool,
    total_investment: Decimal,
    actor: Member,
    at: datetime,
) -> Project:
    """
    Correct a project while no application of it is under review and it is not listed. The code stays.

    Raises:
        NotVisible, RoleMissing, InvalidInput, ProjectUnderReview.

    Source: FP 1.6.1(1).
    """
    visible = projects_visible_to(actor).select_for_update(of=("self",)).filter(public_id=project_id)
    project = visible.first()
    if project is None:
        raise NotVisible
    _require_entering(actor, project.enterprise, project.district)
    under_review = set(project.entries.values_list("state", flat=True)) & ({*PENDING_STATES, EntryState.PUBLISHED} - _EDITABLE)
    if under_review:
        raise ProjectUnderReview(project=project)
    before = snapshot(project, _TOLD)
    project.name, project.project_type, project.total_investment = name.strip(), project_type, total_investment
    project.is_key_project, project.is_named_by_city = is_key_project, is_named_by_city
    after = snapshot(project, _TOLD)
    _require_valid(after)
    if after != before:
        project.save()
        record(verb="project.corrected", obj=project, actor=actor, occurred_at=at, before=before, after=after, scope=_scope(project))
    return project


def _require_entering(actor: Member, enterprise: Enterprise, district: District) -> None:
    """Let pass the enterprise itself, or the industry bureau of the project's county."""
    if actor.enterprise_id is not None:
        require_enterprise(actor, enterprise)
        return
    require(actor, InstitutionKind.COUNTY_INDUSTRY)
    if actor.institution is None or actor.institution.district_id != district.pk:
        raise NotVisible


def _require_valid(told: dict[str, Any]) -> None:
    """Refuse what the application form would not accept, naming every field at once."""
    problems = []
    if not told["code"]:
        problems.append(FieldProblem("code", "required", "请填写投资项目代码。"))
    if not told["name"]:
        problems.append(FieldProblem("name", "required", "请填写项目名称。"))
    if told["project_type"] not in ProjectType.values:
        problems.append(FieldProblem("project_type", "unknown", "请选择项目类型。"))
    if told["total_investment"] <= 0:
        problems.append(FieldProblem("total_investment", "not_above_zero", "项目投资总额须大于零。"))
    if problems:
        raise InvalidInput(errors=problems)


def _scope(project: Project) -> Scope:
    return Scope(district_id=project.district_id, enterprise_id=project.enterprise_id)
