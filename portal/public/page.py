"""What the pages of the public have in common: the plan of the day, no login, no cookie, kept by caches for a minute."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.public.selectors import Plan, plan_on

KEPT_SECONDS = 60


def public_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the day and the plan as it stands; anybody may read it."""
    return _page(view, public=True, max_age=KEPT_SECONDS)


def unkept_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for a page whose address carries what somebody typed: kept by no cache."""
    return _page(view, private=True, no_store=True)


def _page(view: Callable[..., HttpResponse], **kept: Any) -> Callable[..., HttpResponse]:
    @require_safe
    @cache_control(**kept)
    @wraps(view)
    def page(request: HttpRequest, **given: Any) -> HttpResponse:
        today = localdate()
        return view(request, today=today, plan=plan_on(today), **given)

    return page


def shown(request: HttpRequest, template: str, *, today: date, plan: Plan, status: int = 200, **context: Any) -> HttpResponse:
    """Return a page with the plan as it stands."""
    return render(request, template, {"today": today, "plan": plan, "terms": plan.terms} | context, status=status)
