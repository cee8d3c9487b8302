"""Movements over all loans, and those that wait between maker and checker."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge, link_to
from common.admin.panels import table
from common.admin.steps import Step
from common.admin.visible import VisibleAdmin
from loans.admin.loans import SEEN_BY
from loans.admin.steps import CONFIRM, REFUSE
from loans.enums import ProposalState
from loans.models import Movement, Proposal
from loans.movement_steps import ANSWERS, FURTHER
from loans.selectors.visible import movements_visible_to, proposals_visible_to
from parties.models import Member

TONES = {ProposalState.WAITING: "warn", ProposalState.CONFIRMED: "good", ProposalState.REFUSED: "bad"}


def movements_listed(member: Member) -> QuerySet[Movement]:
    """Return the movements of visible loans, with all that lists show."""
    return movements_visible_to(member).select_related("loan__enterprise", "bank", "made_by__institution", "checked_by__institution")


def proposals_listed(member: Member) -> QuerySet[Proposal]:
    """Return what the own house proposed, with all that lists show."""
    return proposals_visible_to(member).select_related("loan__enterprise", "made_by__institution", "checked_by__institution")


def standing(proposal: Proposal) -> Badge:
    """Return where a proposal stands."""
    return Badge(proposal.get_state_display(), TONES[ProposalState(proposal.state)])


@admin.register(Movement)
class MovementAdmin(VisibleAdmin):
    """Every drawdown, repayment and correction."""

    visible_to = staticmethod(movements_listed)
    seen_by = SEEN_BY
    columns = (
        "value_on", "kind", "amount", "loan", Column("企业", lambda one: one.loan.enterprise, order="loan__enterprise__name"), "bank",
        "bank_reference", *FURTHER, "recorded_at",
    )  # fmt: skip
    shows = ("loan", "kind", *ANSWERS, "performing", "overdue", "reverses", "made_by", "checked_by", "recorded_at")
    search_fields = ("loan__contract_number", "bank_reference", "loan__enterprise__name")
    list_filter = ("kind", "bank", "loan__mode", "loan__category")
    date_hierarchy = "value_on"
    ordering = ("-value_on", "-id")


@admin.register(Proposal)
class ProposalAdmin(VisibleAdmin):
    """Movements put down by one person and checked by another."""

    visible_to = staticmethod(proposals_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        "kind", "amount", "value_on", "loan", Column("企业", lambda one: one.loan.enterprise, order="loan__enterprise__name"),
        *FURTHER, Column("状态", standing, order="state"), "made_by", "made_at", "checked_by",
    )  # fmt: skip
    shows = ("loan", "kind", *ANSWERS, "reverses", "made_by", "made_at", "checked_by", "checked_at", "refusal")
    search_fields = ("loan__contract_number", "bank_reference")
    list_filter = ("state", "kind")
    ordering = ("-id",)
    steps = (CONFIRM, REFUSE)
    bulk_steps = (CONFIRM,)

    def badges(self, case: Proposal) -> list[Badge]:
        """Return where the proposal stands."""
        return [standing(case)]

    def preview(self, request: HttpRequest, case: Proposal, step: Step) -> list[Any]:
        """Return what is checked."""
        return [self.first_panel(request, case)]

    def heading(self, case: Proposal) -> str:
        """Return kind and contract."""
        return f"{case.get_kind_display()} · {case.loan.contract_number}"

    def parts(self, request: HttpRequest, case: Proposal) -> list[Any]:
        """Return the movement that came of it."""
        return [table("入账记录", ("贷款变动",), [(link_to(request, case.movement),)])] if case.movement else []
