"""Banks' objections to how their applications count."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.services import Scope
from common.admin.columns import Column
from common.admin.display_values import Badge, tone_of
from common.admin.panels import Fact, facts
from common.admin.steps import Step
from common.admin.visible import VisibleAdmin
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from reporting.admin.steps import OBJECTION_STEPS_OFFERED
from reporting.enums import ObjectionState
from reporting.models import RateObjection
from reporting.visibility import rate_objections_visible_to

SEEN_BY = frozenset({*SEES_ALL, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER})
TONES = {
    ObjectionState.FILED: "warn",
    ObjectionState.PROPOSED: "busy",
    ObjectionState.ANSWERED: "good",
    ObjectionState.WITHDRAWN: "plain",
}


def state_of(objection: RateObjection) -> Badge:
    """Return where an objection stands."""
    return Badge(objection.get_state_display(), TONES.get(ObjectionState(objection.state), tone_of(objection.state)))


def _answered(objection: RateObjection) -> bool:
    """Return whether the answer counts: a drafted one is 市工信局's own."""
    return objection.state == ObjectionState.ANSWERED


@admin.register(RateObjection)
class RateObjectionAdmin(VisibleAdmin):
    """Objections, each with its term, its answer and who gave it."""

    visible_to = staticmethod(rate_objections_visible_to)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        "year", "application", "bank", "asked", Column("状态", state_of, order="state"),
        Column("处理结果", lambda one: one.get_verdict_display() if _answered(one) else "", name="verdict"),
        Column("答复期限", lambda one: one.deadline.due_on, order="deadline__due_on"),
    )  # fmt: skip
    shows = ("year", "application", "application__enterprise", "bank", "asked", "reason", "filed_by", "filed_at", "deadline")
    list_filter = ("state", "bank")
    ordering = ("-id",)
    steps = OBJECTION_STEPS_OFFERED
    list_intro = "银行在核对期内对本行申请的统计结果逐笔提出，市工信局由两人办理答复。依据《实施方案》一(六)5。"

    def opening_scope(self, case: RateObjection) -> dict[str, Any]:
        """Return the bank of the case."""
        return {"scope": Scope(bank_id=case.bank_id)}

    def badges(self, case: RateObjection) -> list[Badge]:
        """Return where the objection stands."""
        return [state_of(case)]

    def parts(self, request: HttpRequest, case: RateObjection) -> list[Any]:
        """Return the answer: the bank reads it once it counts."""
        if _answered(case):
            return [facts(request, case, "答复", "verdict", "ruled_as", "answer", "decided_by", "decided_at", clause="FP 1.6.5, D43")]
        return []

    def preview(self, request: HttpRequest, case: RateObjection, step: Step) -> list[Any]:
        """Return what is answered and, for who checks it, the answer drafted."""
        asked = facts(request, case, "异议", "application", "bank", "asked", "reason")
        if step.name not in ("confirm", "send-back"):
            return [asked]
        given = (Fact("处理结果", case.get_verdict_display()), Fact("调整为", case.get_ruled_as_display()), Fact("答复", case.answer))
        return [asked, facts(request, case, "拟定的答复", *given, "proposed_by")]
