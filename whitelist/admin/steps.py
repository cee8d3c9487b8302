"""The steps of an entry, offered by the table of ``whitelist.transitions``."""

from collections.abc import Callable
from typing import Any

from common.admin.forms import StepForm
from common.admin.steps import Step, StepContext, StepPermission
from common.admin.transition_forms import offered
from parties.enums import InstitutionKind, MemberKind
from whitelist.access import may_take
from whitelist.admin.forms import DeclareForm, OpinionForm, PublishForm
from whitelist.enums import EntryKind, EntryState
from whitelist.services.consultation import record_opinion
from whitelist.services.drafting import declare, submit_entry, withdraw_entry
from whitelist.services.ending import remove_entries
from whitelist.services.publishing import publish_batch
from whitelist.services.review import (
    pass_city,
    pass_county,
    reject_by_city,
    reject_by_county,
    return_from_city,
    return_from_county,
    send_back,
)
from whitelist.transitions import ENTRY_STEP, kinds_for, roles_for

Run = Callable[[StepContext], Any]


def _many(service: Callable[..., Any]) -> Run:
    """Return the call of a service that takes a list, on one case or on the chosen ones."""
    return lambda context: service(entry_ids=_ids(context), actor=context.member, at=context.at, **context.given)


def _one(service: Callable[..., Any]) -> Run:
    """Return the call of a service that takes one entry."""
    return lambda context: service(entry_id=context.obj.public_id, actor=context.member, at=context.at, **context.given)


def _ids(context: StepContext) -> list[Any]:
    return context.ids if isinstance(context.obj, list) else [context.obj.public_id]


def _offered(name: str, run: Run, *, form: type[StepForm] | None = None, tone: str = "plain", sentence: str = "") -> Step:
    """Return a step of the table as the admin offers it."""
    row = ENTRY_STEP[name]
    kinds = frozenset[str]().union(*(kinds_for(row, kind) for kind in EntryKind))
    asked = {"form": form} if form is not None else {}
    return offered(
        row,
        who=StepPermission(kinds, frozenset(roles_for(row))),
        may=lambda member, entry: member.kind == MemberKind.PERSON and may_take(row, entry=entry, actor=member),
        run=run,
        tone=tone,
        sentence=sentence,
        **asked,
    )


SUBMIT = _offered("submit", _one(submit_entry), tone="main", sentence="提交时核对条件和材料；缺少材料或不符合条件的不能提交。")
WITHDRAW = _offered("withdraw", _one(withdraw_entry), tone="danger")
PASS_COUNTY = _offered("pass_county", _many(pass_county), tone="main", sentence="初审通过后报市级审核汇总。")
RETURN_COUNTY = _offered("return_from_county", _many(return_from_county))
REJECT_COUNTY = _offered("reject_by_county", _many(reject_by_county), tone="danger")
PASS_CITY = _offered("pass_city", _many(pass_city), tone="main", sentence="审核通过后进入征求意见，系统通知被征求意见的单位。")
RETURN_CITY = _offered("return_from_city", _many(return_from_city))
REJECT_CITY = _offered("reject_by_city", _many(reject_by_city), tone="danger")
SEND_BACK = _offered("send_back", _many(send_back))
OPINION = _offered("clear", _many(record_opinion), form=OpinionForm, tone="main", sentence="未回复不视为同意；各单位均同意后转为待发布。")
PUBLISH = _offered(
    "publish",
    _many(publish_batch),
    form=PublishForm,
    tone="main",
    sentence="所选条目按同一批次发布，批次号由系统按类别和年度编排，发布后不得修改。",
)
REMOVE = _offered("remove", _many(remove_entries), tone="danger", sentence="移出后不再受理新的申请，也不得继续放款；存续贷款照常执行。")
DECLARE = Step(
    name="declare",
    label="更正企业声明",
    who=StepPermission(frozenset({InstitutionKind.COUNTY_INDUSTRY})),
    may=lambda member, entry: may_take(ENTRY_STEP["submit"], entry=entry, actor=member),
    states=frozenset({EntryState.DRAFT, EntryState.RETURNED}),
    form=DeclareForm,
    run=_one(declare),
    clause="FP 3.1, 3.2",
)
CASE_STEPS = (
    SUBMIT, PASS_COUNTY, PASS_CITY, OPINION, PUBLISH, DECLARE, RETURN_COUNTY, RETURN_CITY, SEND_BACK, WITHDRAW, REJECT_COUNTY, REJECT_CITY,
    REMOVE,
)  # fmt: skip
BULK_STEPS = (PASS_COUNTY, RETURN_COUNTY, REJECT_COUNTY, PASS_CITY, RETURN_CITY, REJECT_CITY, OPINION, SEND_BACK, PUBLISH, REMOVE)
