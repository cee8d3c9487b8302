"""The doors: what staff's and enterprises' logins and ways out have in common."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime, now

from logins.services.refusals import count_failed_login
from logins.services.sessions import Before, begin_session, end_session
from logins.signals import came_in


class AuditedLoginView(LoginView):
    """A login: its session is entered, the login before is told, failures are counted."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Let the person in."""
        answer = super().form_valid(form)
        before = begin_session(self.request, form.get_user(), at=now())
        messages.info(self.request, previous_login_notice(before))
        came_in.send(type(self), request=self.request, user=form.get_user())
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again."""
        if form.has_error(NON_FIELD_ERRORS, code="invalid_login"):
            locked = getattr(self.request, "axes_locked_out", False)
            count_failed_login(form.cleaned_data["username"], at=now(), locked=locked)
        return super().form_invalid(form)


class AuditedLogoutView(LogoutView):
    """The way out, by POST: an event of the log."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session."""
        end_session(request, at=now())
        return super().post(request, *args, **kwargs)


def previous_login_notice(before: Before | None) -> str:
    """Return the login before this one as its person reads of it."""
    if before is None:
        return "这是该账号首次登录。"
    where = f"，来自 {before.address}" if before.address else ""
    failed = f"；此后登录失败 {before.failures} 次，如非本人操作，请立即修改密码并报告本单位管理人员" if before.failures else ""
    return f"上次登录：{localtime(before.at):%Y-%m-%d %H:%M}{where}{failed}。"
