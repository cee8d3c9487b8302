"""Whom a step is told to: enterprises with members here, and the bureaus whose opinion is asked."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localdate

from common.transitions import Transition
from notices.services import notify
from parties.models import Member
from parties.selectors import in_force_on
from whitelist.enums import EntryKind
from whitelist.models import Entry
from whitelist.selectors.entries import consulted_institutions


def notify_enterprises(entries: Sequence[Entry], *, step: Transition, at: datetime, reason: str = "") -> None:
    """Tell the enterprises that have members here what became of their entries; the others hear from county or bank."""
    wanted = {entry.enterprise_id for entry in entries}
    serving = Member.objects.filter(in_force_on(localdate(at)), enterprise__in=wanted)
    reachable = set(serving.values_list("enterprise", flat=True))
    for entry in entries:
        if entry.enterprise_id not in reachable:
            continue
        notify(
            key=f"entry-{step.name}:{entry.public_id}:{at.isoformat()}",
            kind=f"entry_{step.name}",
            title=f"白名单{step.label}：{entry}",
            body=f"“{entry}”已办理“{step.label}”。{f'理由：{reason}' if reason else ''}",
            at=at,
            enterprise=entry.enterprise,
            obj=entry,
        )


def ask_for_opinions(entries: Sequence[Entry], *, at: datetime) -> None:
    """Ask each consulted bureau once for the whole list. Source: FP 1.1.3, 1.6.1; D26."""
    for kind in sorted({entry.kind for entry in entries}):
        listed = [entry for entry in entries if entry.kind == kind]
        label = EntryKind(kind).label
        for institution in consulted_institutions(kind):
            notify(
                key=f"opinion-asked:{institution.pk}:{listed[0].public_id}:{listed[0].consultation_round}:{at.isoformat()}",
                kind="opinion_asked",
                title=f"征求意见：{label}白名单{len(listed)}条",
                body=f"现就{label}白名单候选{len(listed)}条征求贵单位意见，请逐条或整批登记意见并填写文号；未回复不视为同意。",
                at=at,
                institution=institution,
            )
