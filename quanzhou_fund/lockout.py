"""What happens after too many failed logins, and whom it concerns: one account from one address."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from audit.middleware import client_address
from logins.services.refusals import hidden


def login_address(request: HttpRequest) -> str | None:
    """Return where a login comes from, by the same reading of proxies as the audit log; django-axes asks for it."""
    return client_address(
        remote=request.META.get("REMOTE_ADDR", ""),
        forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted_proxies=settings.TRUSTED_PROXY_COUNT,
    )


def hidden_name(request: HttpRequest, credentials: Any = None) -> str:
    """Return under what django-axes counts an account's failures: a keyed hash, for what was typed as a name may be a password."""
    return hidden(str((credentials or {}).get("username") or ""))


def account_locked(request: HttpRequest, credentials: Any) -> HttpResponse:
    """Answer 429 with a page that says how long the account stays locked; django-axes asks for it."""
    own = reverse("portal:login")
    login = own if request.path == own else reverse("admin:login")
    facts = {"login": login, "failures": settings.AXES_FAILURE_LIMIT, "minutes": int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)}
    return render(request, "account_locked.html", facts, status=429)
