"""Logged-in people of enterprises, and loans of every kind."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parties.models import Member
from reporting.durations.selectors import steps_taken_by
from tests.admin.world import World
from tests.risk.scene import Scene, make_scene


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    steps_taken_by.cache_clear()


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def login(db: None) -> Callable[[Member], Client]:
    """Return a browser in which the member is logged in."""

    def browser(member: Member) -> Client:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser
