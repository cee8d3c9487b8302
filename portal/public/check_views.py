"""我能不能申请、能借多少: one question a page, then an answer that opens to its reasons. The address carries everything."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict

from calculators.selectors import ask
from common import texts
from common.admin.forms import MoneyInput
from common.enums import Mode
from portal.public.advice import to_do
from portal.public.page import shown, unkept_page
from portal.public.questions import QUESTIONS
from portal.public.selectors import Plan, RatesNow, rates_on
from portal.public.walk import FAILED, UNKNOWN, Finding, Walk, findings, limits, walk

AMOUNT = "amount"
PLAN_CHECK = "plan_in_force"
NAMES = frozenset(question.name for question in QUESTIONS)


@unkept_page
def check(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Ask the next question, or answer. Nothing is stored: neither here nor in the browser's session."""
    if plan.version is None:
        return shown(request, "public/closed.html", today=today, plan=plan)
    way = walk(request.GET, today=today)
    if way.asking is None:
        return _answer(request, way, today=today, plan=plan)
    context: dict[str, Any] = {"way": way, "question": way.asking, "number": len(way.answered) + 1, "later": _later(request.GET, way)}
    return shown(request, "public/question.html", today=today, plan=plan, **context)


def _later(sent: QueryDict, way: Walk) -> list[tuple[str, str]]:
    """Return the answers to later questions, kept when one before them is given anew."""
    here = {one.question.name for one in way.answered} | ({way.asking.name} if way.asking is not None else set())
    return [(name, str(sent[name])) for name in sent if name in NAMES and name not in here]


def _answer(request: HttpRequest, way: Walk, *, today: date, plan: Plan) -> HttpResponse:
    found, limit, rates = findings(way, today=today), limits(way, today=today), rates_on(today)
    amount, problem = _amount(request.GET, limit)
    lines = [{"finding": one, "to_do": to_do(one.name, one.state)} for one in found]
    context: dict[str, Any] = {
        "way": way,
        "lines": lines,
        "verdict": verdict(found),
        "limit": limit,
        "typed": texts.line(request.GET.get(AMOUNT, "")),
        "problem": problem,
        "amount": amount,
        "costs": _costs(way, amount, plan, rates, today=today),
        "rates": rates,
    }
    return shown(request, "public/answer.html", today=today, plan=plan, **context)


def verdict(found: list[Finding]) -> str:
    """Return how it comes out: ``failed`` only for a condition that is not met, whatever is not known yet."""
    states = {one.state for one in found if one.name != PLAN_CHECK}
    if FAILED in states:
        return "failed"
    if UNKNOWN in states:
        return "unknown"
    return "closed" if any(one.state == FAILED for one in found) else "met"


def _amount(sent: QueryDict, limit: dict[str, Any] | None) -> tuple[str, str]:
    """Return the yuan a year's cost is told for, the whole limit if none was typed, and what is wrong with what was."""
    whole = limit["max_total"] if limit is not None else ""
    if not sent.get(AMOUNT, ""):
        return whole, ""
    try:
        return str(MoneyInput().clean(sent[AMOUNT])), ""
    except ValidationError as fault:
        return whole, fault.messages[0]


def _costs(way: Walk, amount: str, plan: Plan, rates: RatesNow, *, today: date) -> list[dict[str, Any]]:
    """Return what the calculator says of a year's cost, by mode; nothing while there is no amount or no rate of the banks."""
    if not amount or amount == "0.00" or rates.bank is None or plan.terms is None:
        return []
    no_cover = "0.000000"
    guarantee = no_cover if way.is_project else str(plan.terms.fees.guarantee_fee_limit_rate)
    enhancement = no_cover if way.is_project else None if rates.enhancement is None else str(rates.enhancement)
    found = []
    for mode, cover_rate in ((Mode.SPECIAL, guarantee), (Mode.TRUST, enhancement)):
        asked = {"amount": amount, "bank_rate": str(rates.bank), "mode": mode.value}
        told = ask("yearly-cost", asked | ({} if cover_rate is None else {"cover_rate": cover_rate}), today=today)
        found.append({"mode": mode, "cover_rate": cover_rate, **told})
    return found
