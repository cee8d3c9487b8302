"""The doors of the portal: each reads the clock and makes one call into the domain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.views.decorators.http import require_safe

from audit.services import record_opening
from common.errors import NotVisible
from loans.selectors.balances import statement_of
from loans.selectors.visible import applications_visible_to, loans_visible_to, movements_visible_to, scope_of
from loans.services.openings import open_application, open_loan
from logins.login_views import AuditedLoginView, AuditedLogoutView
from parties.models import Member
from policy.selectors.calendar import working_calendar
from policy.terms.version import NoPolicyVersion
from portal.access import NO_ENTRY, enterprise_page, person_of_enterprise
from portal.forms import EnterpriseLogin
from portal.public.advice import to_do
from portal.public.selectors import plan_on
from portal.tracking import entry_track, track
from reporting.loan_costs.selectors import cost_of, days_ahead, subsidy_interest_periods
from subsidy.selectors.segments import open_line
from subsidy.selectors.visibility import lines_visible_to
from whitelist.selectors.standing import Line, own_entries, project_standings, rd_standing


class Login(AuditedLoginView):
    """The login of enterprises."""

    template_name = "portal/login.html"
    authentication_form = EnterpriseLogin
    next_page = "portal:loans"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say why somebody who is logged in does not get in."""
        stranger = self.request.user.is_authenticated and person_of_enterprise(self.request.user, at=now()) is None
        return super().get_context_data(**kwargs) | {"warning": NO_ENTRY if stranger and self.request.method == "GET" else ""}


class Logout(AuditedLogoutView):
    """The way out, by POST."""

    next_page = "portal:login"


@require_safe
@enterprise_page
def my_loans(request: HttpRequest, *, member: Member, at: datetime) -> HttpResponse:
    """Show the enterprise's applications that are no loan yet or came to none, and its loans."""
    today = localdate(at)
    applied = applications_visible_to(member).filter(loan__isnull=True).select_related("bank", "project", "deadline")
    calendar = working_calendar()
    tracks = [track(one, on=today, calendar=calendar) for one in applied.prefetch_related("supplements").order_by("-pk")]
    loans = loans_visible_to(member).select_related("bank", "project").order_by("-signed_on", "-id")
    rows = [{"loan": loan, "stage": loan.stage_on(today)} for loan in loans]
    return _page(request, "portal/loans.html", member, {"rows": rows, "tracks": tracks, "closed": plan_on(today).closed})


@require_safe
@enterprise_page
def my_standing(request: HttpRequest, *, member: Member, at: datetime) -> HttpResponse:
    """Show where the enterprise stands with each condition, what was found and from where, and what would change it."""
    today, enterprise = localdate(at), member.enterprise
    assert enterprise is not None  # enterprise_page lets nobody else in
    try:
        found = [rd_standing(enterprise, on=today), *project_standings(enterprise, on=today)]
    except NoPolicyVersion as none_begun:
        return _page(request, "portal/standing.html", member, {"standings": (), "closed": none_begun.message})
    standings = [{"standing": one, "all_of": _advised(one.all_of), "any_of": _advised(one.any_of)} for one in found]
    entries = [entry_track(entry) for entry in own_entries(enterprise)]
    return _page(request, "portal/standing.html", member, {"standings": standings, "entries": entries})


def _advised(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    """Return each condition with what can be done about it."""
    return [{"line": line, "to_do": to_do(line.check.name, line.state.value)} for line in lines]


@require_safe
@enterprise_page
def my_application(request: HttpRequest, *, member: Member, at: datetime, public_id: UUID) -> HttpResponse:
    """Show where one application stands; the opening is an event of the log."""
    try:
        application = open_application(application_id=public_id, actor=member, at=at)
    except NotVisible as unknown:
        return _not_found(request, member, unknown)
    found = track(application, on=localdate(at), calendar=working_calendar())
    loan = getattr(application, "loan", None)
    return _page(request, "portal/application.html", member, {"track": found, "application": application, "loan": loan})


@require_safe
@enterprise_page
def my_loan(request: HttpRequest, *, member: Member, at: datetime, public_id: UUID) -> HttpResponse:
    """Show one loan with what it costs; the opening is an event of the log."""
    today = localdate(at)
    try:
        loan = open_loan(loan_id=public_id, actor=member, at=at)
    except NotVisible as unknown:
        return _not_found(request, member, unknown)
    moved = movements_visible_to(member).filter(loan=loan).order_by("value_on", "id")
    context = {
        "loan": loan,
        "stage": loan.stage_on(today),
        "cost": cost_of(loan, on=today, actor=member),
        "lines": statement_of(moved),
        "ahead": days_ahead(loan, on=today),
    }
    return _page(request, "portal/loan.html", member, context)


@require_safe
@enterprise_page
def my_subsidy(request: HttpRequest, *, member: Member, at: datetime, public_id: UUID, line: int) -> HttpResponse:
    """Show how one quarter's subsidy of a loan comes about; the opening of the loan is an event of the log."""
    found = lines_visible_to(member).select_related("loan__policy_version", "loan__application__entry").filter(pk=line).first()
    if found is None or found.loan.public_id != public_id:
        return _not_found(request, member, NotVisible())
    record_opening(obj=found.loan, actor=member, at=at, scope=scope_of(found.loan))
    opened = open_line(found)
    context = {
        "loan": found.loan,
        "line": found,
        "opened": opened,
        "at_bank_rate": subsidy_interest_periods(opened, at_bank_rate=True),
        "at_enterprise_rate": subsidy_interest_periods(opened, at_bank_rate=False),
    }
    return _page(request, "portal/subsidy.html", member, context)


def _not_found(request: HttpRequest, member: Member, unknown: NotVisible) -> HttpResponse:
    return _page(request, "portal/not_found.html", member, {"message": unknown.message}, status=404)


def _page(request: HttpRequest, template: str, member: Member, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, template, {"member": member, "enterprise": member.enterprise} | context, status=status)
