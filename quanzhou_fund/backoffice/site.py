"""Who gets into the admin: people who act for an institution today. Enterprises have the portal."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm as PlainAuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from common.admin.extension_points import acting_member
from common.admin.forms import dress
from common.admin.visible import VisibleAdmin
from logins.forms import LoginWithCode
from logins.login_views import AuditedLoginView, AuditedLogoutView
from quanzhou_fund.backoffice.calculators import calculators_page
from quanzhou_fund.backoffice.dashboard import first_page
from quanzhou_fund.backoffice.shell import shell

NO_ENTRY = "该账号目前不属于任何参与机构，不能进入业务管理系统。企业用户请使用企业服务门户；机构人员请联系本单位管理员登记。"


class InstitutionLogin(LoginWithCode, AuthenticationForm):
    """The login form; which pages a person finds is decided by membership, not by a flag on the account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["otp_token"])

    def confirm_login_allowed(self, user: Any) -> None:
        """Let any active account log in; the site then asks for the membership."""
        PlainAuthenticationForm.confirm_login_allowed(self, user)


class FundAdminSite(UnfoldAdminSite):
    """The one admin site."""

    login_form = InstitutionLogin
    site_title = site_header = "泉州市技术创新基金"
    index_title = "工作台"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Show pages of our own kind only: those that packages bring along ask Django's permissions, which nobody here has."""
        if admin_class is not None and issubclass(admin_class, VisibleAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the person acts for an institution today."""
        if not request.user.is_active:
            return False
        member = acting_member(request)
        return member is not None and member.institution is not None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the login form; say why somebody who is logged in does not get in."""
        if request.method == "GET" and request.user.is_authenticated and not self.has_permission(request):
            messages.warning(request, NO_ENTRY)
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        request.current_app = self.name
        context = self.each_context(request) | {
            "title": "登录",
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
        }
        door: Any = AuditedLoginView.as_view(
            authentication_form=self.login_form, template_name="admin/staff_login.html", extra_context=context | (extra_context or {})
        )
        answer: HttpResponse = door(request)
        return answer

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let the person out, back to the login."""
        answer: Any = AuditedLogoutView.as_view(next_page="admin:login")(request)
        return answer

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the account's own page, which asks for the second factor too, remembers and tells the log."""
        return redirect("account:password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the first page."""
        request.current_app = self.name
        shared, today = self.each_context(request), timezone.localdate()
        page = first_page(request, on=today, version=shared.get("version"))
        context = shared | {"title": self.index_title, "today": today} | page | (extra_context or {})
        return TemplateResponse(request, "admin/index.html", context)

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses of pages that belong to no model."""
        view = self.admin_view(calculators_page)
        return [path("calculators/", view, name="calculators"), path("calculators/<slug:name>/", view, name="calculator")]

    def extra_context(self, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
        """Add what every page shows: the person's institution and the policy version in force."""
        return context | shell(request, member=acting_member(request) if self.has_permission(request) else None)
