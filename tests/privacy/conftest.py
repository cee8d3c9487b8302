"""The market, played once for each file that sweeps it; every test goes back to it as it was."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client, TestCase, override_settings

from parties.models import Member
from tests.privacy.market import NOW, Market


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Market]:
    """Play in a transaction of the file's, in which those of its tests lie; nothing of it is left behind."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        file = TestCase._enter_atomics()
        try:
            with time_machine.travel(NOW, tick=False):
                market = Market()
                market.play()
            yield market
        finally:
            TestCase._rollback_atomics(file)


@pytest.fixture
def market(played: Market, db: None) -> Iterator[Market]:
    with time_machine.travel(NOW, tick=False):
        yield played


@pytest.fixture
def login() -> Callable[[Member], Client]:
    """Return a browser in which the member is logged in; what breaks is raised as itself."""

    def browser(member: Member) -> Client:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser
