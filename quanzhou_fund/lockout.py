"""The page after too many failed logins."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def account_locked(request: HttpRequest, credentials: Any) -> HttpResponse:
    """Answer 429 with a page that says how long the account stays locked; django-axes asks for it."""
    facts = {"failures": settings.AXES_FAILURE_LIMIT, "minutes": int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)}
    return render(request, "account_locked.html", facts, status=429)
