"""Settings that would leave a door open are refused."""

from typing import Any

import pytest

from logins.checks import doors_are_watched


def test_the_projects_settings_hold() -> None:
    assert doors_are_watched(None) == []


@pytest.mark.parametrize("missing", ["axes.backends.AxesStandaloneBackend", "logins.backends.SecondFactorBackend"])
def test_a_backend_less(settings: Any, missing: str) -> None:
    settings.AUTHENTICATION_BACKENDS = [name for name in settings.AUTHENTICATION_BACKENDS if name != missing]
    assert [error.id for error in doors_are_watched(None)] == ["logins.E001"]


def test_the_password_before_the_code(settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = list(reversed(settings.AUTHENTICATION_BACKENDS))
    assert [error.id for error in doors_are_watched(None)] == ["logins.E001"]


def test_the_watch_above_the_session(settings: Any) -> None:
    settings.MIDDLEWARE = ["logins.middleware.LoginMiddleware", *(name for name in settings.MIDDLEWARE if not name.startswith("logins."))]
    assert [error.id for error in doors_are_watched(None)] == ["logins.E002"]
