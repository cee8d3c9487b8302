"""First agreements between banks and enterprises."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import link_to, value_of
from common.admin.extension_points import acting_member
from common.admin.panels import table
from common.admin.steps import Step, StepContext, allowed_for
from common.admin.visible import VisibleAdmin
from loans.admin.applications import SEEN_BY
from loans.admin.forms import IntentForm
from loans.models import Intent
from loans.selectors.visible import applications_visible_to, intents_visible_to
from loans.services.applications import record_intent
from parties.enums import InstitutionKind
from parties.models import Member


def intents_listed(member: Member) -> QuerySet[Intent]:
    """Return what the member sees, with all that lists show."""
    return intents_visible_to(member).select_related("bank", "entry__enterprise", "entry__project", "recorded_by__institution")


def _record(context: StepContext) -> Intent:
    return record_intent(entry_id=context.given["entry"].public_id, actor=context.member, at=context.at)


@admin.register(Intent)
class IntentAdmin(VisibleAdmin):
    """Recorded intents, the basis of the response rate."""

    visible_to = staticmethod(intents_listed)
    seen_by = SEEN_BY
    columns = (
        "entry",
        "bank",
        Column("企业", lambda one: one.entry.enterprise, order="entry__enterprise__name"),
        "recorded_on",
    )
    shows = ("bank", "entry", "recorded_on", "recorded_by")
    search_fields = ("entry__enterprise__name", "entry__project__name")
    list_filter = ("bank", "entry__kind")
    date_hierarchy = "recorded_on"
    ordering = ("-recorded_on", "-id")
    new_steps = (
        Step(name="record", label="登记合作意向", who=allowed_for(InstitutionKind.BANK), form=IntentForm, run=_record, clause="FP 2.2.1"),
    )

    def parts(self, request: HttpRequest, case: Intent) -> list[Any]:
        """Return the applications that followed."""
        found = applications_visible_to(acting_member(request)).filter(intent=case)
        rows = [
            (link_to(request, one), value_of(one, "category"), value_of(one, "state"), value_of(one, "amount_requested")) for one in found
        ]
        return [table("融资申请", ("编号", "贷款类别", "状态", "申请金额"), rows)]
