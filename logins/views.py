"""The doors of a person's own account: each reads the clock and makes one call into the services."""

from base64 import b32encode
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import qrcode
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from qrcode.image.svg import SvgPathImage

from common.admin.extension_points import acting_member
from common.errors import DomainError
from logins.forms import EnrolForm, IdentityForm, PasswordForm
from logins.models import Authenticator
from logins.selectors import codes_left, device_of, needs_second_factor, sessions_of
from logins.services.passwords import change_password
from logins.services.second_factor import enrol, give_up, offered_device, renew_codes
from logins.services.sessions import end_others


def own_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the moment; ask strangers to log in. Nothing of it is kept by browsers."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, **given: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return view(request, at=now(), **given)

    return page


@require_safe
@own_page
def account(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Show the account's locks and open sessions."""
    user: Any = request.user
    context = {
        "sessions": sessions_of(user, at=at),
        "own_key": request.session.session_key,
        "device": device_of(user),
        "codes_left": codes_left(user),
        "needed": needs_second_factor(acting_member(request)),
    }
    return _page(request, "home", context)


@own_page
def password(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Ask for a new password, or take it."""
    form = PasswordForm(request.POST or None, request=request)
    if form.is_valid():
        try:
            change_password(request, password=form.cleaned_data["password"], at=at)
        except DomainError as weak:
            _refuse(form, weak)
        else:
            messages.success(request, "密码已修改，其他会话已全部退出。")
            return redirect("account:home")
    return _page(request, "password", {"form": form})


@own_page
def enrolment(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Show the secret of a new authenticator, or take its first code and show the recovery codes."""
    form = EnrolForm(request.POST or None, request=request)
    offered = offered_device(request)
    if form.is_valid():
        try:
            return _page(request, "codes", {"codes": enrol(request, code=form.cleaned_data["code"], at=at)})
        except DomainError as wrong:
            _refuse(form, wrong)
    return _page(request, "enrol", {"form": form, "qr": qr_of(offered), "secret": secret_of(offered), "device": device_of(offered.user)})


@own_page
def codes(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Ask who it is, then show new recovery codes once."""
    user: Any = request.user
    if device_of(user) is None:
        return redirect("account:enrol")
    form = IdentityForm(request.POST or None, request=request)
    if form.is_valid():
        return _page(request, "codes", {"codes": renew_codes(user, at=at)})
    return _page(request, "identity", {"form": form, "title": "重新生成恢复码", "says": "原有恢复码将立即失效。", "does": "重新生成"})


@own_page
def removal(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Ask who it is, then give the second factor up."""
    user: Any = request.user
    if device_of(user) is None:
        return redirect("account:home")
    form = IdentityForm(request.POST or None, request=request)
    if form.is_valid():
        try:
            give_up(request, at=at)
        except DomainError as needed:
            _refuse(form, needed)
        else:
            messages.success(request, "二次验证已停用。")
            return redirect("account:home")
    says = "停用后仅凭密码即可登录，原有恢复码一并失效。"
    return _page(request, "identity", {"form": form, "title": "停用二次验证", "says": says, "does": "停用"})


@require_POST
@own_page
def ending(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """End every other session of the account."""
    messages.success(request, f"已结束其他 {end_others(request, at=at)} 个会话。")
    return redirect("account:home")


@require_safe
def forgotten(request: HttpRequest) -> HttpResponse:
    """Say how a forgotten password is reset; nothing is asked, so nothing about any account is told."""
    return render(request, "account/forgotten.html")


def qr_of(device: Authenticator) -> str:
    """Return the picture that an authenticator scans, drawn here: the secret goes to nobody else."""
    picture: str = qrcode.make(device.config_url, image_factory=SvgPathImage, border=2).to_string(encoding="unicode")
    return picture


def secret_of(device: Authenticator) -> str:
    """Return the secret as it is typed in, in groups of four."""
    plain = b32encode(device.bin_key).decode()
    return " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))


def _refuse(form: Any, error: DomainError) -> None:
    """Show a refusal at the fields it names, else above the form."""
    for problem in error.errors:
        form.add_error(problem.field if problem.field in form.fields else None, problem.detail)
    if not error.errors:
        form.add_error(None, error.message)


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    member = acting_member(request)
    shared = {"member": member, "is_staff": member is None or member.enterprise_id is None, "must": _must_enrol(request, member)}
    return render(request, f"account/{name}.html", shared | context)


def _must_enrol(request: HttpRequest, member: Any) -> bool:
    """Return whether the person can do nothing else before enrolling."""
    user: Any = request.user
    return not user.is_verified() and needs_second_factor(member)
