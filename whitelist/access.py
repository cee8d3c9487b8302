"""Whose step it is: the guard table of ``whitelist.transitions`` held against one member and one entry."""

from common.errors import DomainError
from parties.access import RoleMissing
from parties.enums import InstitutionKind, MemberKind
from parties.models import Member
from whitelist.enums import EntryState
from whitelist.models import Entry
from whitelist.transitions import COUNTY, STEPS, Step


class StepNotOpen(DomainError):
    """The entry is not in a state from which the step leads on; so a second call changes nothing."""

    code = "step_not_open"
    sentence = "“{entry}”当前状态为“{state}”，不能办理“{step}”。"


def may_take(step: Step, *, entry: Entry, actor: Member) -> bool:
    """Return whether the step is this member's on this entry, whatever state it is in. Source: FP 1.6.1."""
    if actor.kind == MemberKind.JOB:
        return step.job
    if not set(actor.roles).intersection(step.roles):
        return False
    if actor.enterprise_id is not None:
        return step.applicant and actor.enterprise_id == entry.enterprise_id
    institution = actor.institution
    if institution is None or institution.kind not in step.kinds_for(entry.kind):
        return False
    return institution.kind not in COUNTY or institution.district_id == entry.district_id


def require_step(step: Step, *, entry: Entry, actor: Member) -> None:
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


def open_steps(entry: Entry, *, actor: Member) -> list[Step]:
    """Return the steps this member may take on this entry now, in the order of the table; for buttons and for programs."""
    return [step for step in STEPS if entry.state in step.sources and may_take(step, entry=entry, actor=actor)]


def _needed(step: Step, entry: Entry) -> str:
    kinds = sorted(step.kinds_for(entry.kind), key=list(InstitutionKind).index)
    parties = [f"{entry.district}工信部门" if kind in COUNTY else kind.label for kind in kinds]
    if step.applicant:
        parties.append(f"企业“{entry.enterprise}”")
    return f"{'或'.join(parties)}的{'或'.join(role.label for role in step.roles)}人员"
