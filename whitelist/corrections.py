"""Projects typed wrong are put right; and which entries rest on an enterprise's founding day. See ``parties.corrections``."""

from collections.abc import Iterable

from audit.services import Scope
from parties.corrections import Correctable, Facts, register_rest, register_table
from parties.enums import InstitutionKind
from parties.models import Enterprise, Member
from policy.selectors.versions import version_for, version_on
from whitelist.enums import PENDING_STATES, EntryState
from whitelist.models import Entry, Project
from whitelist.rules import is_newly_registered

STANDING = (*PENDING_STATES, EntryState.PUBLISHED)


def entries_of_founding(row: Enterprise, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the standing entries that would no longer, or only now, be those of a newly registered enterprise. Source: FP 1.1.2; D4."""
    if after is None or after["registered_on"] == before["registered_on"]:
        return
    for entry in Entry.objects.select_related("policy_version").filter(enterprise=row, state__in=STANDING, submitted_on__isnull=False):
        on = entry.submitted_on
        assert on is not None
        terms = (version_for(entry.policy_version) if entry.policy_version is not None else version_on(on)).terms
        told = [is_newly_registered(terms, registered_on=facts["registered_on"], on=on) for facts in (before, after)]
        if told[0] != told[1]:
            yield f"白名单条目 {entry}（申请 {on}，{entry.get_state_display()}）按原成立日期核对，须先退回、撤回或移出"


def entries_of_project(row: Project, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the standing entries that list the project under its code. Source: FP 1.1.1."""
    for entry in Entry.objects.filter(project=row, state__in=STANDING):
        yield f"白名单条目 {entry}（{entry.list_year}年度，{entry.get_state_display()}）列有该项目，须先退回、撤回或移出"


def _own_county(member: Member, row: Project) -> bool:
    return member.institution is not None and member.institution.district_id == row.district_id


register_table(
    Correctable(
        name="project",
        label="项目代码和属地",
        model=Project,
        facts=("code", "district"),
        codes={"code": str.upper},
        keepers=(InstitutionKind.COUNTY_INDUSTRY,),
        clause="FP 1.1.1",
        may=_own_county,
        scope=lambda row: Scope(enterprise_id=row.enterprise_id, district_id=row.district_id),
    )
)
register_rest("enterprise", entries_of_founding)
register_rest("project", entries_of_project)
