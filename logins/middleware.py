"""Between every request and its page: is the session still open, is the second factor there, and was the request refused?"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.timezone import now

from common.admin.extension_points import acting_member, forget_acting_member
from logins.models import RefusalKind
from logins.rules import SENTENCES
from logins.selectors import needs_second_factor
from logins.services.refusals import count_refusal
from logins.services.sessions import end_session, still_open
from parties.models import User

# All that a person whose second factor is missing may open.
OPEN_TO_ALL = frozenset(
    {"account:enrol", "account:forgotten", "admin:login", "admin:logout", "portal:login", "portal:logout", "healthz", "readyz"}
)
REFUSED = {403: RefusalKind.FORBIDDEN, 404: RefusalKind.NOT_FOUND, 401: RefusalKind.TOKEN}


class LoginMiddleware:
    """Stands below the session, the person and the messages in MIDDLEWARE, above django-axes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            self._end_what_is_over(request)
            if self._lacks_second_factor(request):
                return redirect("account:enrol")
        response = self.get_response(request)
        if response.status_code in REFUSED:
            self._count(request, REFUSED[response.status_code])
        return response

    def _end_what_is_over(self, request: HttpRequest) -> None:
        """Log out whose time is over or who acts for another party now; the page then asks for a login."""
        at, member = now(), acting_member(request)
        why = still_open(request, at=at, member=member.pk if member is not None else None)
        if why is None:
            return
        end_session(request, at=at, why=why)
        forget_acting_member(request)
        sentence = SENTENCES[why].format(minutes=settings.IDLE_MINUTES, hours=settings.SESSION_COOKIE_AGE // 3600)
        messages.warning(request, sentence)

    def _lacks_second_factor(self, request: HttpRequest) -> bool:
        user: Any = request.user
        if not settings.STAFF_SECOND_FACTOR or not user.is_authenticated or user.is_verified():
            return False
        return _name_of(request) not in OPEN_TO_ALL and needs_second_factor(acting_member(request))

    def _count(self, request: HttpRequest, kind: RefusalKind) -> None:
        """Count the refusal: of a person or a program; of strangers only what is refused, not what they did not find."""
        user: Any = request.user
        known = user.is_authenticated
        if kind is RefusalKind.NOT_FOUND and not known:
            return
        member = (acting_member(request) if isinstance(user, User) else user.member) if known else None
        account = user.username if known else getattr(request, "refused_account", "")
        count_refusal(kind, account=account, at=now(), member=member)


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""
