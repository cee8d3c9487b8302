"""What the doors and the account's own pages ask for."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest
from django.utils.timezone import now

from common import texts
from common.admin.forms import as_meant
from common.errors import DomainError
from logins.selectors import device_of
from logins.services.refusals import count_failed_login

WRONG = "登录名、密码或验证码不正确，请核对后重试。已启用二次验证的账号须同时填写验证码。"
WRONG_HERE = "密码或验证码不正确，请核对后重试。同一个验证码只能使用一次。"
CODE_HINT = "已启用二次验证的账号填写手机应用显示的六位数字，也可填写恢复码；未启用的留空。"


class OneTimeCode(forms.CharField):
    """A code of the second factor: half width, without blanks, before it is measured; no page cuts what is pasted."""

    def to_python(self, value: Any) -> str:
        """Return the code as it is compared."""
        return texts.code(str(super().to_python(value) or ""))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes but the one that cuts."""
        return {name: given for name, given in super().widget_attrs(widget).items() if name != "maxlength"}


def code_field(*, required: bool, hint: str = "") -> forms.CharField:
    """Return the field for a code of the second factor."""
    attrs = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
    return OneTimeCode(label="验证码", required=required, max_length=40, help_text=hint, widget=forms.TextInput(attrs=attrs))


def user_with(request: HttpRequest | None, *, username: str, password: str, otp_token: str) -> Any:
    """
    Return the account that these open, ``None`` for none.

    Raises:
        ValidationError: the code cannot be judged at present; the password was right.
    """
    try:
        return authenticate(request, username=username, password=password, otp_token=otp_token)
    except DomainError as unreadable:
        raise forms.ValidationError(unreadable.message, code=unreadable.code) from unreadable


class LoginWithCode(AuthenticationForm):
    """Name, password and code together; which of them is wrong is never told."""

    error_messages = AuthenticationForm.error_messages | {"invalid_login": WRONG}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["otp_token"] = code_field(required=False, hint=CODE_HINT)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)  # what is pasted is made plain before it is measured
        if self.is_bound:
            self.data = as_meant(self)

    def clean_username(self) -> str:
        """Return the login name as it is kept."""
        return texts.code(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        """
        Return what was typed once it belongs to an account.

        Raises:
            ValidationError: it does not, or the account may not enter here.
        """
        typed = self.cleaned_data
        if typed.get("username") and typed.get("password"):
            given = {name: typed.get(name, "") for name in ("username", "password", "otp_token")}
            self.user_cache = user_with(self.request, **given)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return typed


class IdentityForm(forms.Form):
    """Asks once more who it is, before the account's locks are changed; a wrong answer counts as a failed login."""

    current = forms.CharField(label="当前密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        user: Any = request.user
        self.request, self.user = request, user
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        if device_of(user) is not None:
            self.fields["otp_token"] = code_field(required=True, hint="手机应用当前显示的六位数字，或一个未使用的恢复码。")
        if self.is_bound:
            self.data = as_meant(self)

    def clean(self) -> dict[str, Any]:
        """Return what was typed once password and code are the person's."""
        typed = super().clean() or {}
        if self.errors:
            return typed
        name = self.user.get_username()
        if user_with(self.request, username=name, password=typed["current"], otp_token=typed.get("otp_token", "")) is None:
            count_failed_login(name, at=now(), locked=getattr(self.request, "axes_locked_out", False))
            self.add_error(None, WRONG_HERE)
        return typed


class PasswordForm(IdentityForm):
    """A new password, twice."""

    password = forms.CharField(label="新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    again = forms.CharField(label="再次输入新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = password_validation.password_validators_help_texts()
        self.order_fields(["current", "otp_token", "password", "again"])

    def clean_again(self) -> str:
        """Let pass only the same password twice."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError("两次输入的新密码不一致。")
        return again


class EnrolForm(IdentityForm):
    """The first code of the new authenticator."""

    code = code_field(required=True, hint="扫描二维码后，手机应用显示的六位数字。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "新设备的验证码" if "otp_token" in self.fields else "验证码"
        if "otp_token" in self.fields:
            self.fields["otp_token"].label = "原设备的验证码或恢复码"
