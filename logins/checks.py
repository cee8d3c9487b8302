"""What the settings must hold so that no door is left open; ``manage.py check`` refuses to start otherwise."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error

ORDER_OF_BACKENDS = (
    "axes.backends.AxesStandaloneBackend",
    "logins.backends.SecondFactorBackend",
    "django.contrib.auth.backends.ModelBackend",
)
ORDER_OF_MIDDLEWARE = (
    "audit.middleware.SourceAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "logins.middleware.LoginMiddleware",
    "axes.middleware.AxesMiddleware",
)


def doors_are_watched(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Return an error where a backend lets in without the second factor, or the middleware does not see what it has to."""
    found = []
    if tuple(settings.AUTHENTICATION_BACKENDS) != ORDER_OF_BACKENDS:
        found.append(Error("AUTHENTICATION_BACKENDS 须依次为锁定、二次验证、密码，不得增减：否则仅凭密码即可登录。", id="logins.E001"))
    if not _holds(settings.MIDDLEWARE, ORDER_OF_MIDDLEWARE):
        found.append(Error("MIDDLEWARE 缺少登录保护所需的部分，或次序不对。", id="logins.E002"))
    return found


def _holds(given: Sequence[str], wanted: Sequence[str]) -> bool:
    return [name for name in given if name in wanted] == list(wanted)
