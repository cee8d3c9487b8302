"""Whose step it is: the table of ``whitelist.transitions`` held against one member and one entry."""

from common.errors import DomainError
from common.transitions import Transition
from parties.access import RoleMissing
from parties.enums import InstitutionKind, MemberKind
from parties.models import Member
from whitelist.enums import EntryState
from whitelist.models import Entry
from whitelist.transitions import COUNTY_KINDS, ENTRY_STEPS, Party, kinds_for, roles_for


class StepNotOpen(DomainError):
    """The entry is not in a state from which the step leads on; so a second call changes nothing."""

    code = "step_not_open"
    sentence = "“{entry}”当前状态为“{state}”，不能办理“{step}”。"


def may_take(step: Transition, *, entry: Entry, actor: Member) -> bool:
    """Return whether the step is this member's on this entry, whatever state it is in. Source: FP 1.6.1."""
    if actor.kind == MemberKind.JOB:
        return Party.JOB in step.who
    if not set(actor.roles).intersection(roles_for(step)):
        return False
    if actor.enterprise_id is not None:
        return Party.APPLICANT in step.who and actor.enterprise_id == entry.enterprise_id
    institution = actor.institution
    if institution is None or institution.kind not in kinds_for(step, entry.kind):
        return False
    return institution.kind not in COUNTY_KINDS or institution.district_id == entry.district_id


def require_step(step: Transition, *, entry: Entry, actor: Member) -> None:
    """
    Let pass only whose step it is, on an entry that is where the step begins.

    Raises:
        RoleMissing: with whose task it is.
        StepNotOpen: the entry stands elsewhere.

    Source: FP 1.6.1.
    """
    if not may_take(step, entry=entry, actor=actor):
        raise RoleMissing(needed=_needed(step, entry))
    if entry.state not in step.sources:
        raise StepNotOpen(entry=entry, state=EntryState(entry.state).label, step=step.label)


def available_transitions(entry: Entry, *, actor: Member) -> list[Transition]:
    """Return the steps this member may take on this entry now, in the order of the table; for buttons and for programs."""
    return [step for step in ENTRY_STEPS if entry.state in step.sources and may_take(step, entry=entry, actor=actor)]


def _needed(step: Transition, entry: Entry) -> str:
    kinds = sorted(kinds_for(step, entry.kind), key=list(InstitutionKind).index)
    parties = [f"{entry.district}工信部门" if kind in COUNTY_KINDS else kind.label for kind in kinds]
    if Party.APPLICANT in step.who:
        parties.append(f"企业“{entry.enterprise}”")
    return f"{'或'.join(parties)}的{'或'.join(role.label for role in roles_for(step))}人员"
