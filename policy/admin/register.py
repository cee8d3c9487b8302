"""The clauses of the plans and how their open points are read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Link, link_to, page_of
from common.admin.panels import table
from common.admin.visible import VisibleAdmin
from parties.models import Member
from policy.models import Clause, Decision, PolicyVersion
from policy.selectors.register import UnknownClause, clause_label, register_lines
from policy.selectors.versions import parameters_of


def cite(citation: str) -> tuple[str, str]:
    """Return the words that cite clauses and their wording; an unknown id stands for itself."""
    try:
        return clause_label(citation), "\n".join(f"{line.id} {line.wording}" for line in register_lines(citation))
    except UnknownClause:
        return citation, ""


def clauses_visible_to(member: Member) -> QuerySet[Clause]:
    """Return the whole register; it is public."""
    return Clause.objects.all()


def decisions_visible_to(member: Member) -> QuerySet[Decision]:
    """Return all interpretations; they are public."""
    return Decision.objects.all()


@admin.register(Clause)
class ClauseAdmin(VisibleAdmin):
    """The register of clauses, each with the parameters that rest on it."""

    visible_to = staticmethod(clauses_visible_to)
    columns = (
        Column("位置", lambda clause: clause.place, order="position"),
        Column("内容", lambda clause: clause.wording, name="wording"),
        Column("编号", lambda clause: clause.id, order="id"),
    )
    shows = ("place", "wording", "id")
    search_fields = ("id", "place", "wording")
    ordering = ("position",)
    list_per_page = 100

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the parameters of each version that rest on the clause."""
        rows = []
        for version in PolicyVersion.objects.all():
            for line in (found.parameter for found in parameters_of(version)):
                if line.clause == case.id:
                    rows.append((link_to(request, version), line.label, line.shown, line.decision or "原文"))
        return [table("据此执行的参数", ("政策版本", "参数", "取值", "解释口径"), rows)]


@admin.register(Decision)
class DecisionAdmin(VisibleAdmin):
    """How open points are read, and who confirmed it."""

    visible_to = staticmethod(decisions_visible_to)
    columns = ("id", "point", Column("解释", lambda one: one.wording, name="wording"))
    shows = ("id", "point", "wording")
    search_fields = ("id", "point", "wording")
    ordering = ("position",)
    list_per_page = 100

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the confirmations of the interpretation."""
        confirmed = case.confirmations.select_related("version", "institution")
        rows = [
            (Link(str(one.version), page_of(one.version)), str(one.institution), one.confirmed_on, one.document_number) for one in confirmed
        ]
        heads = ("政策版本", "确认机构", "确认日期", "文号")
        return [table("确认记录", heads, rows, clause="FP 3.3", empty="尚无机构确认。")]
