"""Counties' objections to their share."""

from django.contrib import admin
from django.db.models import QuerySet

from common.admin.columns import Column
from common.admin.display_values import Badge
from common.admin.visible import VisibleAdmin
from parties.models import Member
from subsidy.admin.settlements import SEEN_BY
from subsidy.admin.steps import OBJECTION_STEPS_OFFERED
from subsidy.models import Objection
from subsidy.selectors.visibility import objections_visible_to

TONES = {"open": "warn", "answered": "good", "withdrawn": "plain"}


def objections_listed(member: Member) -> QuerySet[Objection]:
    """Return the objections the member may see."""
    return objections_visible_to(member).select_related(
        "settlement__bank", "district", "raised_by__institution", "resolved_by__institution"
    )


def state_of(objection: Objection) -> Badge:
    """Return where an objection stands."""
    return Badge(objection.get_state_display(), TONES[objection.state])


@admin.register(Objection)
class ObjectionAdmin(VisibleAdmin):
    """Objections, to be settled before filing."""

    visible_to = staticmethod(objections_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        "settlement",
        "district",
        Column("状态", state_of, order="state"),
        Column(
            "提出单位", lambda one: one.raised_by.institution, order="raised_by__institution__name", name="raised_by"
        ),  # persons are its own
        "raised_at",
        "resolved_at",
    )
    shows = ("settlement", "revision", "district", "reason", "raised_by", "raised_at", "answer", "resolved_by", "resolved_at")
    list_filter = ("state", "district")
    ordering = ("-raised_at",)
    steps = OBJECTION_STEPS_OFFERED

    def badges(self, case: Objection) -> list[Badge]:
        """Return where the objection stands."""
        return [state_of(case)]
