"""Logged-in people of a year's statistics."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parties.models import Member


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def login(db: None) -> Callable[[Member], Client]:
    """Return a browser in which the member is logged in."""

    def browser(member: Member) -> Client:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser
