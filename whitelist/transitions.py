"""The steps of an entry: from where, where to, whose, by which clause. See ``common.transitions``. Source: FP 1.1.3, FP 1.6.1."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from parties.enums import InstitutionKind, Role
from whitelist.enums import EntryKind
from whitelist.enums import EntryState as State

COUNTY_KINDS = frozenset({InstitutionKind.COUNTY_INDUSTRY})
LEAD = {  # who reviews, aggregates and publishes each list
    EntryKind.PROJECT: InstitutionKind.CITY_INDUSTRY,
    EntryKind.RD: InstitutionKind.CITY_SCIENCE,
}
CONSULTED = {  # whose opinion publication needs
    EntryKind.PROJECT: (InstitutionKind.CITY_TREASURY,),
    EntryKind.RD: (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY),
}


class Party(models.TextChoices):
    """A party to an entry; which institutions it means follows from the kind of list."""

    COUNTY = "county", "所在县(市、区)工信部门"
    APPLICANT = "applicant", "申请企业"
    LEAD = "lead", "牵头部门"
    CONSULTED = "consulted", "被征求意见的部门"
    JOB = "job", "定时任务"


REASON = Question(name="reason", label="理由", kind=AnswerKind.TEXT, max_length=2000, hint="对方单位或企业会看到此理由，请写明依据和办法。")

ENTRY_STEPS = (
    Transition(
        name="submit",
        label="提交申请",
        sources=(State.DRAFT, State.RETURNED),
        target=State.COUNTY_REVIEW,
        who=(
            Party.COUNTY,
            Party.APPLICANT,
        ),
        clause="FP 1.6.1(1)",
        verb="entry.submitted",
    ),
    Transition(
        name="withdraw",
        label="撤回申请",
        sources=(State.DRAFT, State.RETURNED, State.COUNTY_REVIEW, State.CITY_REVIEW),
        target=State.WITHDRAWN,
        who=(
            Party.COUNTY,
            Party.APPLICANT,
        ),
        clause="FP 1.6.1(1)",
        verb="entry.withdrawn",
        asks=(REASON,),
    ),
    Transition(
        name="return_from_county",
        label="县级退回补正",
        sources=(State.COUNTY_REVIEW,),
        target=State.RETURNED,
        who=(Party.COUNTY,),
        clause="FP 1.6.1(1)",
        verb="entry.returned_by_county",
        asks=(REASON,),
    ),
    Transition(
        name="reject_by_county",
        label="县级不予通过",
        sources=(State.COUNTY_REVIEW,),
        target=State.REJECTED,
        who=(Party.COUNTY,),
        clause="FP 1.6.1(1)",
        verb="entry.rejected_by_county",
        signer=Signer.CHECKER,
        asks=(REASON,),
    ),
    Transition(
        name="pass_county",
        label="县级初审通过",
        sources=(State.COUNTY_REVIEW,),
        target=State.CITY_REVIEW,
        who=(Party.COUNTY,),
        clause="FP 1.6.1(1)",
        verb="entry.county_passed",
        signer=Signer.CHECKER,
    ),
    Transition(
        name="screen",
        label="筛选研发名单",
        sources=(State.DRAFT,),
        target=State.CITY_REVIEW,
        who=(Party.LEAD,),
        clause="FP 1.6.1(2)",
        verb="entry.screened",
    ),
    Transition(
        name="list_directly",
        label="小巨人直接列入",
        sources=(State.DRAFT,),
        target=State.CONSULTATION,
        who=(Party.LEAD,),
        clause="FP 1.6.1(2)",
        verb="entry.listed_directly",
    ),
    Transition(
        name="return_from_city",
        label="市级退回补正",
        sources=(State.CITY_REVIEW,),
        target=State.RETURNED,
        who=(Party.LEAD,),
        clause="FP 1.6.1(1)",
        verb="entry.returned_by_city",
        asks=(REASON,),
    ),
    Transition(
        name="reject_by_city",
        label="市级不予列入",
        sources=(State.CITY_REVIEW, State.CONSULTATION, State.CLEARED),
        target=State.REJECTED,
        who=(Party.LEAD,),
        clause="FP 1.6.1(1)",
        verb="entry.rejected_by_city",
        signer=Signer.CHECKER,
        asks=(REASON,),
    ),
    Transition(
        name="pass_city",
        label="市级审核通过",
        sources=(State.CITY_REVIEW,),
        target=State.CONSULTATION,
        who=(Party.LEAD,),
        clause="FP 1.6.1(1)",
        verb="entry.city_passed",
        signer=Signer.CHECKER,
    ),
    Transition(
        name="send_back",
        label="退回市级重新审核",
        sources=(State.CONSULTATION, State.CLEARED),
        target=State.CITY_REVIEW,
        who=(Party.LEAD,),
        clause="FP 1.6.1",
        verb="entry.sent_back",
        asks=(REASON,),
    ),
    Transition(
        name="clear",
        label="登记意见",
        sources=(State.CONSULTATION,),
        target=State.CLEARED,
        who=(Party.CONSULTED,),
        clause="FP 1.1.3",
        verb="entry.cleared",
    ),
    Transition(
        name="publish",
        label="发布",
        sources=(State.CLEARED,),
        target=State.PUBLISHED,
        who=(Party.LEAD,),
        clause="FP 1.6.1(3)",
        verb="entry.published",
        signer=Signer.CHECKER,
    ),
    Transition(
        name="expire",
        label="到期",
        sources=(State.PUBLISHED,),
        target=State.EXPIRED,
        who=(
            Party.LEAD,
            Party.JOB,
        ),
        clause="FP 1.6.1(3)",
        verb="entry.expired",
        signer=Signer.CHECKER,
    ),
    Transition(
        name="remove",
        label="移出名单",
        sources=(State.PUBLISHED, State.EXPIRED),
        target=State.REMOVED,
        who=(Party.LEAD,),
        clause="FP 1.6.1(3)",
        verb="entry.removed",
        signer=Signer.CHECKER,
        asks=(REASON,),
    ),
)
ENTRY_STEP = by_name(ENTRY_STEPS)


def kinds_for(row: Transition, kind: str) -> frozenset[InstitutionKind]:
    """Return the kinds of institution whose members may take the step on an entry of this kind."""
    kinds = set(COUNTY_KINDS if Party.COUNTY in row.who else ())
    if Party.LEAD in row.who:
        kinds.add(LEAD[EntryKind(kind)])
    if Party.CONSULTED in row.who:
        kinds.update(CONSULTED[EntryKind(kind)])
    return frozenset(kinds)


def roles_for(row: Transition) -> tuple[Role, ...]:
    """Return the roles in which a member takes the step."""
    return (Role.CHECKER,) if row.needs_checker else (Role.HANDLER, Role.CHECKER)
