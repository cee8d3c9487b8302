"""The pages anybody reads: what the fund is, what it costs, how it goes, and on what every answer rests."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from calculators.selectors import ask
from common.enums import Mode
from portal.public.notices import announced_by
from portal.public.page import public_page, shown
from portal.public.selectors import Plan, RatesNow, basis_of, contacts, rates_on
from reporting.durations.selectors import steps_taken_by

EXAMPLE = "1000000.00"  # yuan, for which the first page shows what a year costs


@public_page
def home(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Say what the fund is, for whom, what it costs, how it goes and how long it really took."""
    rates = rates_on(today)
    last_year = today.year - 1
    example, steps = _example(plan, rates, today=today), steps_taken_by(now().replace(minute=0, second=0, microsecond=0), last_year)
    return shown(request, "public/home.html", today=today, plan=plan, rates=rates, example=example, year=last_year, steps=steps)


@public_page
def faq(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Answer what enterprises ask most."""
    return shown(request, "public/faq.html", today=today, plan=plan, rates=rates_on(today))


@public_page
def notices(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Show what was decided and announced, with its documents."""
    return shown(request, "public/notices.html", today=today, plan=plan, rows=announced_by(today))


@public_page
def basis(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Show the clauses and the decisions on open points, with who confirmed them. Source: FP 3.3."""
    return shown(request, "public/basis.html", today=today, plan=plan, basis=basis_of(plan.row))


@public_page
def contact(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Say whom to turn to, county by county."""
    return shown(request, "public/contacts.html", today=today, plan=plan, contacts=contacts(on=today))


def _example(plan: Plan, rates: RatesNow, *, today: date) -> dict[str, object] | None:
    """Return what the calculator says of a year's cost, nothing while there is no plan or no rate."""
    if plan.version is None or rates.bank is None:
        return None
    asked = {"amount": EXAMPLE, "bank_rate": str(rates.bank), "mode": Mode.SPECIAL.value}
    return {"amount": EXAMPLE, **ask("yearly-cost", asked, today=today)}
