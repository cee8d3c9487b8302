"""Districts and institutions; banks with their periods of participation."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.display_values import link_to
from common.admin.panels import table
from common.admin.visible import VisibleAdmin
from parties.admin.steps import INSTITUTION_STEPS, NEW_INSTITUTION
from parties.enums import InstitutionKind, Role
from parties.models import District, Institution, Member


def districts_visible_to(member: Member) -> QuerySet[District]:
    """Return all districts; they are public knowledge."""
    return District.objects.all()


def institutions_visible_to(member: Member) -> QuerySet[Institution]:
    """Return all institutions; who takes part is public knowledge."""
    return Institution.objects.select_related("district")


@admin.register(District)
class DistrictAdmin(VisibleAdmin):
    """The city's units."""

    visible_to = staticmethod(districts_visible_to)
    columns = ("name", "code", "kind", "is_live")
    shows = ("name", "code", "kind", "is_live")
    ordering = ("code",)


@admin.register(Institution)
class InstitutionAdmin(VisibleAdmin):
    """Bureaus, banks, the guarantee company, the fund manager."""

    visible_to = staticmethod(institutions_visible_to)
    open_to = frozenset({Role.SYSTEM})  # who proposes here that a house needs no second factor
    columns = ("short_name", "name", "kind", "district", "code", "is_active")
    shows = ("name", "short_name", "kind", "district", "code", "is_active", "phone", "address", "office_hours")
    search_fields = ("name", "short_name", "code")
    list_filter = ("kind", "is_active")
    ordering = ("kind", "code")
    steps = INSTITUTION_STEPS
    new_steps = (NEW_INSTITUTION,)

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return a bank's periods of participation."""
        if case.kind != InstitutionKind.BANK:
            return []
        periods = [(link_to(request, p, p.get_mode_display()), p.from_on, p.until_on, p.document_number) for p in case.participations.all()]
        return [table("参与期间", ("出资模式", "自", "至(不含)", "文号"), periods, clause="FP 1.3")]
