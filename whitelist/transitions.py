"""The states of an entry: which step leads where, and whose step it is. One table for model, services, admin and API."""

from dataclasses import dataclass

from parties.enums import InstitutionKind, Role
from whitelist.enums import EntryKind, EntryState

WORKING = (Role.HANDLER, Role.CHECKER)
CHECKING = (Role.CHECKER,)
COUNTY = frozenset({InstitutionKind.COUNTY_INDUSTRY})
LEAD = {  # who reviews, aggregates and publishes each list
    EntryKind.PROJECT: InstitutionKind.CITY_INDUSTRY,
    EntryKind.RD: InstitutionKind.CITY_SCIENCE,
}
CONSULTED = {  # whose opinion publication needs
    EntryKind.PROJECT: (InstitutionKind.CITY_TREASURY,),
    EntryKind.RD: (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transition: its states, its actors, and what it must be told."""

    name: str  # of the transition on ``Entry``
    label: str
    sources: tuple[EntryState, ...]
    target: EntryState
    clause: str
    county: bool = False  # the county industry bureau of the entry
    applicant: bool = False  # the enterprise itself
    lead: bool = False  # the bureau that leads the list
    consulted: bool = False  # a bureau whose opinion is asked
    job: bool = False  # also a scheduled job
    roles: tuple[Role, ...] = WORKING
    needs_reason: bool = False

    def kinds_for(self, kind: str) -> frozenset[InstitutionKind]:
        """Return the kinds of institution whose members may take the step on an entry of this kind."""
        kinds = set(COUNTY if self.county else ())
        if self.lead:
            kinds.add(LEAD[EntryKind(kind)])
        if self.consulted:
            kinds.update(CONSULTED[EntryKind(kind)])
        return frozenset(kinds)


_S = EntryState
STEPS = (
    Step(
        name="submit",
        label="提交申请",
        sources=(_S.DRAFT, _S.RETURNED),
        target=_S.COUNTY_REVIEW,
        clause="FP 1.6.1(1)",
        county=True,
        applicant=True,
    ),
    Step(
        name="withdraw",
        label="撤回申请",
        sources=(_S.DRAFT, _S.RETURNED, _S.COUNTY_REVIEW, _S.CITY_REVIEW),
        target=_S.WITHDRAWN,
        clause="FP 1.6.1(1)",
        county=True,
        applicant=True,
        needs_reason=True,
    ),
    Step(
        name="return_from_county",
        label="县级退回补正",
        sources=(_S.COUNTY_REVIEW,),
        target=_S.RETURNED,
        clause="FP 1.6.1(1)",
        county=True,
        needs_reason=True,
    ),
    Step(
        name="reject_by_county",
        label="县级不予通过",
        sources=(_S.COUNTY_REVIEW,),
        target=_S.REJECTED,
        clause="FP 1.6.1(1)",
        county=True,
        roles=CHECKING,
        needs_reason=True,
    ),
    Step(
        name="pass_county",
        label="县级初审通过",
        sources=(_S.COUNTY_REVIEW,),
        target=_S.CITY_REVIEW,
        clause="FP 1.6.1(1)",
        county=True,
        roles=CHECKING,
    ),
    Step(name="screen", label="筛选列为候选", sources=(_S.DRAFT,), target=_S.CITY_REVIEW, clause="FP 1.6.1(2)", lead=True),
    Step(name="list_directly", label="直接列入", sources=(_S.DRAFT,), target=_S.CONSULTATION, clause="FP 1.6.1(2)", lead=True),
    Step(
        name="return_from_city",
        label="市级退回补正",
        sources=(_S.CITY_REVIEW,),
        target=_S.RETURNED,
        clause="FP 1.6.1(1)",
        lead=True,
        needs_reason=True,
    ),
    Step(
        name="reject_by_city",
        label="市级不予列入",
        sources=(_S.CITY_REVIEW, _S.CONSULTATION, _S.CLEARED),
        target=_S.REJECTED,
        clause="FP 1.6.1(1)",
        lead=True,
        roles=CHECKING,
        needs_reason=True,
    ),
    Step(
        name="pass_city",
        label="市级审核通过",
        sources=(_S.CITY_REVIEW,),
        target=_S.CONSULTATION,
        clause="FP 1.6.1(1)",
        lead=True,
        roles=CHECKING,
    ),
    Step(
        name="send_back",
        label="退回市级重新审核",
        sources=(_S.CONSULTATION, _S.CLEARED),
        target=_S.CITY_REVIEW,
        clause="FP 1.6.1",
        lead=True,
        needs_reason=True,
    ),
    Step(
        name="clear",
        label="征求意见完成",
        sources=(_S.CONSULTATION,),
        target=_S.CLEARED,
        clause="FP 1.1.3",
        consulted=True,
    ),
    Step(
        name="publish",
        label="发布",
        sources=(_S.CLEARED,),
        target=_S.PUBLISHED,
        clause="FP 1.6.1(3)",
        lead=True,
        roles=CHECKING,
    ),
    Step(
        name="expire",
        label="到期",
        sources=(_S.PUBLISHED,),
        target=_S.EXPIRED,
        clause="FP 1.6.1(3)",
        lead=True,
        job=True,
        roles=CHECKING,
    ),
    Step(
        name="remove",
        label="移出名单",
        sources=(_S.PUBLISHED, _S.EXPIRED),
        target=_S.REMOVED,
        clause="FP 1.6.1(3)",
        lead=True,
        roles=CHECKING,
        needs_reason=True,
    ),
)
STEP = {step.name: step for step in STEPS}


def edges() -> list[tuple[str, str]]:
    """Return every allowed change of state, as the trigger of the database holds them."""
    return sorted({(source.value, step.target.value) for step in STEPS for source in step.sources})
