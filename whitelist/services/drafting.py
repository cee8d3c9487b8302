"""The applicant's part: draft, declarations, submission, withdrawal."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import Scope, record
from common.errors import DomainError, NotVisible
from documents.services import require_papers
from notices.services import notify
from parties.access import require, require_enterprise
from parties.enums import InstitutionKind
from parties.models import District, Enterprise, Member
from parties.selectors import district_of, institution_of_kind
from policy.selectors.versions import require_open_version, version_for
from whitelist.enums import PENDING_STATES, EntryKind, EntryState, Route
from whitelist.models import Entry
from whitelist.papers import required_papers
from whitelist.rules import is_newly_registered
from whitelist.selectors.eligibility import as_json, evaluate, require_eligible
from whitelist.selectors.entries import projects_visible_to
from whitelist.services.projects import DistrictClosed
from whitelist.services.steps import lock_for_step, log_step, states_of
from whitelist.transitions import ENTRY_STEP


class AlreadyOpen(DomainError):
    """The project or enterprise is being listed, or is on the list."""

    code = "already_open"
    sentence = "“{what}”已在申请中或已列入白名单，不能重复申请。"
    clause = "FP 1.6.1"


class NotNewlyRegistered(DomainError):
    """Only newly registered enterprises apply for the R&D list; others are screened from the tax list."""

    code = "not_newly_registered"
    sentence = "“{enterprise}”成立于{registered_on}，不属于注册不超过{months}个月的新注册企业；存量企业免申报，由市科技局按税务名单筛选。"
    clause = "FP 1.6.1(2)"


@transaction.atomic
def draft_project_entry(*, project_id: UUID, actor: Member, at: datetime, holds_technical_upgrade_subsidy: bool = False) -> Entry:
    """
    Open an application for a project; by the enterprise or by its county on its behalf.

    Raises:
        PlanEnded, NotVisible, RoleMissing.
        AlreadyOpen: the project is in review or listed.

    Source: FP 1.6.1(1), 3.1, 3.4; D24, D25.
    """
    on = localdate(at)
    version = require_open_version(on)
    project = projects_visible_to(actor).select_for_update(of=("self",)).filter(public_id=project_id).first()
    if project is None:
        raise NotVisible
    _require_applicant(actor, project.enterprise, project.district)
    if Entry.objects.filter(project=project, state__in=(*PENDING_STATES, EntryState.PUBLISHED)).exists():
        raise AlreadyOpen(what=project)
    entry = Entry(
        kind=EntryKind.PROJECT,
        route=Route.APPLICATION,
        enterprise=project.enterprise,
        project=project,
        district=project.district,
        list_year=on.year,
        policy_version=version,
        holds_technical_upgrade_subsidy=holds_technical_upgrade_subsidy,
        drafted_by=actor,
    )
    return _opened(entry, actor=actor, at=at)


@transaction.atomic
def draft_newly_registered_entry(*, enterprise: Enterprise, actor: Member, at: datetime, other_technology_credit: bool = False) -> Entry:
    """
    Open an application of a newly registered enterprise for the R&D list; it goes the way of a project.

    Raises:
        PlanEnded, NotVisible, RoleMissing, NoTaxHome, DistrictClosed.
        NotNewlyRegistered: older, or with a full year behind it.
        AlreadyOpen: in review or listed for this year.

    Source: FP 1.1.2, 1.6.1(2), 3.2, 3.4; D4, D25.
    """
    on = localdate(at)
    version = require_open_version(on)
    district = district_of(enterprise, on=on)
    _require_applicant(actor, enterprise, district)
    if not district.is_live:
        raise DistrictClosed(field="district", district=district)
    terms = version_for(version).terms
    if not is_newly_registered(terms, registered_on=enterprise.registered_on, on=on):
        months = terms.eligibility.newly_registered_months
        raise NotNewlyRegistered(enterprise=enterprise, registered_on=enterprise.registered_on, months=months)
    Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    live = Entry.objects.filter(kind=EntryKind.RD, enterprise=enterprise, state__in=(*PENDING_STATES, EntryState.PUBLISHED))
    if live.exists():
        raise AlreadyOpen(what=enterprise)
    entry = Entry(
        kind=EntryKind.RD,
        route=Route.NEWLY_REGISTERED,
        enterprise=enterprise,
        district=district,
        list_year=on.year,
        policy_version=version,
        is_newly_registered=True,
        other_technology_credit=other_technology_credit,
        drafted_by=actor,
    )
    return _opened(entry, actor=actor, at=at)


@transaction.atomic
def declare(*, entry_id: UUID, holds_technical_upgrade_subsidy: bool, other_technology_credit: bool, actor: Member, at: datetime) -> Entry:
    """
    Change what a draft declares of other support.

    Raises:
        NotVisible, RoleMissing, StepNotOpen: not the applicant's, or no draft.

    Source: FP 3.1, 3.2; D24.
    """
    [entry] = lock_for_step(name="submit", entry_ids=[entry_id], actor=actor)
    before = {
        "holds_technical_upgrade_subsidy": entry.holds_technical_upgrade_subsidy,
        "other_technology_credit": entry.other_technology_credit,
    }
    after = {"holds_technical_upgrade_subsidy": holds_technical_upgrade_subsidy, "other_technology_credit": other_technology_credit}
    if before != after:
        entry.holds_technical_upgrade_subsidy, entry.other_technology_credit = holds_technical_upgrade_subsidy, other_technology_credit
        entry.save(update_fields=list(after))
        record(verb="entry.declared", obj=entry, actor=actor, occurred_at=at, before=before, after=after, scope=_scope(entry))
    return entry


@transaction.atomic
def submit_entry(*, entry_id: UUID, actor: Member, at: datetime) -> Entry:
    """
    Hand an application to the county, complete and eligible, or change nothing.

    The day fixes the policy version. The whole list of checks is stored as it was.

    Raises:
        NotVisible, RoleMissing, StepNotOpen: so a second call changes nothing.
        PlanEnded: no plan is in force (FP 3.4).
        PaperMissing: with the papers that are missing.
        NotEligible: with every failed check.

    Source: FP 1.6.1(1), 1.1.1, 1.1.2, 3.1, 3.2, 3.4; D7, D24, D25, D38.
    """
    on = localdate(at)
    [entry] = lock_for_step(name="submit", entry_ids=[entry_id], actor=actor)
    entry.policy_version = require_open_version(on)
    require_papers(entry, required_papers(entry, on_behalf=actor.enterprise_id is None, on=on))
    result = evaluate([entry], policy_version=entry.policy_version, on=on)[entry.pk]
    require_eligible(entry, result)
    entry.checks, entry.is_eligible = as_json(result), result.eligible
    before = states_of([entry])
    entry.submit(on=on)
    entry.save()
    log_step([entry], step=ENTRY_STEP["submit"], before=before, actor=actor, at=at, after={"submitted_on": on, "checks": entry.checks})
    notify(
        key=f"entry-submitted:{entry.public_id}:{at.isoformat()}",
        kind="entry_submitted",
        title=f"白名单申请待初审：{entry}",
        body=f"“{entry.enterprise}”于{on}提交白名单申请“{entry}”，请按《实施方案》一（六）1办理初审。",
        at=at,
        institution=institution_of_kind(InstitutionKind.COUNTY_INDUSTRY, district=entry.district),
        obj=entry,
    )
    return entry


@transaction.atomic
def withdraw_entry(*, entry_id: UUID, reason: str, actor: Member, at: datetime) -> Entry:
    """
    Take an application back before consultation begins.

    Raises:
        NotVisible, RoleMissing, StepNotOpen, ReasonMissing.

    Source: FP 1.6.1(1).
    """
    [entry] = lock_for_step(name="withdraw", entry_ids=[entry_id], actor=actor, reason=reason)
    before = states_of([entry])
    entry.withdraw(reason=reason.strip())
    entry.save(update_fields=["state", "return_reason"])
    log_step([entry], step=ENTRY_STEP["withdraw"], before=before, actor=actor, at=at, remark=reason.strip())
    return entry


def _require_applicant(actor: Member, enterprise: Enterprise, district: District) -> None:
    """Let pass the enterprise, or its county's industry bureau on its behalf; another county sees nothing."""
    if actor.enterprise_id is not None:
        require_enterprise(actor, enterprise)
        return
    require(actor, InstitutionKind.COUNTY_INDUSTRY)
    if actor.institution is None or actor.institution.district_id != district.pk:
        raise NotVisible


def _opened(entry: Entry, *, actor: Member, at: datetime) -> Entry:
    entry.save(force_insert=True)
    after = {
        "state": entry.state,
        "holds_technical_upgrade_subsidy": entry.holds_technical_upgrade_subsidy,
        "other_technology_credit": entry.other_technology_credit,
    }
    record(verb="entry.drafted", obj=entry, actor=actor, occurred_at=at, after=after, scope=_scope(entry))
    return entry


def _scope(entry: Entry) -> Scope:
    return Scope(district_id=entry.district_id, enterprise_id=entry.enterprise_id)
