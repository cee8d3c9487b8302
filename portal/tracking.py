"""Where an application stands, as its enterprise reads it: what happened, who has it now, what comes next, what one can do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from loans.enums import ApplicationState as State
from loans.models import Application
from loans.selectors.clock import ApprovalClock, approval_clock
from policy.working_days import WorkingCalendar
from whitelist.enums import EntryState
from whitelist.models import Entry


class Holder(StrEnum):
    """Who has a case now."""

    ENTERPRISE = "贵公司"
    BANK = "银行"
    BOTH = "贵公司和银行"
    LENDER = "放款单位"
    NOBODY = "已办结"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Whose turn it is in a state, what comes next, and what the enterprise can do meanwhile."""

    holder: Holder
    comes: str
    can_do: str


WAITS: Mapping[State, Wait] = {
    State.DRAFT: Wait(
        holder=Holder.ENTERPRISE,
        comes="提交后开始计算批复时限。",
        can_do="草稿还没有提交，不算申请。请与受理银行或县级工信部门核对后提交。",
    ),
    State.SUBMITTED: Wait(holder=Holder.BANK, comes="银行受理并审查。", can_do="保持电话畅通，准备好原件。"),
    State.ACCEPTED: Wait(holder=Holder.BANK, comes="银行审查后批复。", can_do="保持电话畅通，配合现场调查。"),
    State.SUPPLEMENT: Wait(
        holder=Holder.ENTERPRISE, comes="补充以后银行继续审查。", can_do="请尽快按下面的要求补充；等待补充的时间也算在时限内。"
    ),
    State.UNDER_REVIEW: Wait(
        holder=Holder.BANK, comes="银行批复同意，或写明原因不予批复。", can_do="等待批复；超过到期日没有答复的，可以向市工信局反映。"
    ),
    State.APPROVED: Wait(
        holder=Holder.BOTH, comes="落实放款条件，然后签合同。", can_do="请按银行要求落实抵质押、担保等放款条件；逾期不签合同，批复失效。"
    ),
    State.CONDITIONS_MET: Wait(holder=Holder.LENDER, comes="签订借款合同，然后放款。", can_do="请与放款单位约定签约时间。"),
    State.CONTRACTED: Wait(holder=Holder.NOBODY, comes="放款、付息和贴息在贷款页面查看。", can_do="查看贷款。"),
    State.REFUSED: Wait(
        holder=Holder.NOBODY,
        comes="本次申请已经办结。",
        can_do="可以按原因补充后再申请，也可以换一家合作银行；白名单在有效期内不用重新申报。认为不予批复没有道理的，可以向市工信局反映。",
    ),
    State.WITHDRAWN: Wait(holder=Holder.NOBODY, comes="本次申请已经办结。", can_do="白名单在有效期内，可以重新申请。"),
    State.LAPSED: Wait(holder=Holder.NOBODY, comes="批复没有在期限内签约，已经失效。", can_do="白名单在有效期内，可以重新申请。"),
}


# Whose turn it is on the way to the list, and what comes next. Source: FP 1.6.1(1); D26.
ENTRY_WAITS: Mapping[EntryState, tuple[str, str]] = {
    EntryState.DRAFT: ("贵公司", "提交以后由县级工信部门初审。"),
    EntryState.COUNTY_REVIEW: ("县（市、区）工信部门", "县级初审，通过后报市工信局审核。"),
    EntryState.RETURNED: ("贵公司", "请按退回的理由补正后重新提交。"),
    EntryState.CITY_REVIEW: ("市工信局", "市级审核，通过后征求有关部门意见。"),
    EntryState.CONSULTATION: ("征求意见的部门", "各部门书面答复后发布，不答复不视为同意。"),
    EntryState.CLEARED: ("市工信局", "等待分批发布。"),
}


def entry_track(entry: Entry) -> dict[str, object]:
    """Return an entry with whose turn it is and what comes next; both empty where nothing is waited for."""
    holder, comes = ENTRY_WAITS.get(EntryState(entry.state), ("", ""))
    return {"entry": entry, "holder": holder, "comes": comes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened."""

    on: date
    name: str
    said: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One application as its enterprise follows it; ``clock`` is ``None`` before the submission."""

    application: Application
    wait: Wait
    holder: str
    moments: tuple[Moment, ...]
    clock: ApprovalClock | None

    @property
    def is_waiting(self) -> bool:
        """Return whether the bank's days are running."""
        return self.application.is_awaiting_decision


def track(application: Application, *, on: date, calendar: WorkingCalendar) -> Track:
    """
    Return where an application stands on a day. No query, where deadline and supplements were read with it.

    Source: FP 1.6.2(2), FP 1.6.3; D6, D7.
    """
    wait = WAITS[State(application.state)]
    return Track(
        application=application,
        wait=wait,
        holder=application.bank.short_name if wait.holder is Holder.BANK else wait.holder.value,
        moments=tuple(sorted(_moments(application), key=lambda one: one.on)),
        clock=approval_clock(application, on=on, calendar=calendar),
    )


def _moments(application: Application) -> Iterator[Moment]:
    """Yield what happened, in the order of the way; what falls on one day stays in it."""
    one = application
    plain = (
        (one.submitted_on, "提交申请", one.get_submitted_for_display()),
        (one.accepted_on, "银行受理", ""),
        (one.review_began_on, "开始审查", ""),
    )
    yield from (Moment(on=on, name=name, said=said) for on, name, said in plain if on is not None)
    for asked in one.supplements.all():
        yield Moment(on=asked.asked_on, name="银行要求补充材料", said=asked.what, tone="warn")
        if asked.answered_on is not None:
            yield Moment(on=asked.answered_on, name="已经补充", said=asked.answer)
    yield from _ends(one)


def _ends(one: Application) -> Iterator[Moment]:
    if one.decided_on is not None and one.refusal_reason:
        said = "；".join(part for part in (one.get_refusal_reason_display(), one.refusal_remark) if part)
        yield Moment(on=one.decided_on, name="不予批复", said=said, tone="bad")
    elif one.decided_on is not None:
        yield Moment(on=one.decided_on, name="批复同意", tone="good")
    if one.conditions_met_on is not None:
        yield Moment(on=one.conditions_met_on, name="达到放款条件", tone="good")
    if one.contracted_on is not None:
        yield Moment(on=one.contracted_on, name="签订合同", tone="good")
    if one.withdrawn_on is not None:
        yield Moment(on=one.withdrawn_on, name="撤回申请", said=one.withdrawal_reason)
    if one.lapsed_on is not None:
        yield Moment(on=one.lapsed_on, name="批复失效", tone="warn")
