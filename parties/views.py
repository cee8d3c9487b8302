"""The page behind a link: with the code, a person sets the own password, or takes a program's secret. No login is asked for."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from common.admin.forms import CodeInput, StepForm
from common.errors import DomainError
from parties.rights import kind_of
from parties.services.handovers import HandoverRefused, open_handover, use_handover


class CodeForm(StepForm):
    """The code, as the security administrator told it."""

    code = CodeInput(label="交接码", max_length=20)


class PasswordForm(CodeForm):
    """The code and a password of one's own, twice."""

    password = forms.CharField(
        label="新密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="不少于12个字符，不得全为数字，不得使用常见密码，不得与姓名、登录名相近。",
    )
    again = forms.CharField(label="再次输入新密码", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean(self) -> dict[str, Any]:
        """Let pass a password typed the same twice."""
        given = super().clean() or {}
        if given.get("password") != given.get("again"):
            self.add_error("again", "两次输入的密码不一致，请重新输入。")
        return given


@never_cache
@sensitive_post_parameters("code", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the code, and for a password where there is one to set; hand over once."""
    at = now()
    try:
        kind = kind_of(open_handover(token=token, at=at).change)
    except HandoverRefused as refusal:
        return _page(request, {"refusal": refusal.message}, status=403)
    asked = PasswordForm if kind.asks_password else CodeForm
    form = asked(request.POST) if request.method == "POST" else asked()
    if request.method == "POST" and form.is_valid():
        try:
            shown = use_handover(token=token, code=form.cleaned_data["code"], password=form.cleaned_data.get("password", ""), at=at)
            return _page(request, {"shown": shown, "sets_password": kind.asks_password})
        except DomainError as refusal:
            form.refuse(refusal)
    return _page(request, {"form": form, "sets_password": kind.asks_password}, status=409 if form.errors else 200)


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    answer = render(request, "handover.html", context, status=status)
    answer["Referrer-Policy"] = "same-origin"  # with none at all browsers call the form's origin "null", and it is refused as forged
    return answer
