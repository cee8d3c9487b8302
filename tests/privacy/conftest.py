"""The market, played once for each test that sweeps it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from parties.models import Member
from tests.privacy.market import NOW, Market


@pytest.fixture
def market(db: None, settings: Any, tmp_path: Any) -> Iterator[Market]:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW, tick=False):
        made = Market()
        made.play()
        yield made


@pytest.fixture
def login() -> Callable[[Member], Client]:
    """Return a browser in which the member is logged in; what breaks is raised as itself."""

    def browser(member: Member) -> Client:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser
