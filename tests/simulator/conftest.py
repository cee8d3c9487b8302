"""A small fund behind a real web server, on 24 June 2024: a listed project, two banks' programs, one settlement."""

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection

from api.tasks import send_events
from common.enums import Mode
from simulator.connection import Connection
from simulator.run import Run
from subsidy.services.drafts import draft_settlement
from tests.api.caller import issued
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import LoanFactory, noon
from tests.loans.conftest import Scene, make_scene

TODAY = date(2024, 6, 24)


@pytest.fixture
def fund(live_server: Any, settings: Any, tmp_path: Any) -> Iterator[tuple[Scene, str]]:
    """Return a fund in which nobody has lent yet, and its address."""
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(noon(date(2024, 3, 1)), tick=True):
        scene = make_scene()
    with time_machine.travel(noon(TODAY), tick=True):
        yield scene, live_server.url


@pytest.fixture
def lent(fund: tuple[Scene, str]) -> None:
    """Add a loan of the bank and its settlement of the second quarter."""
    scene, _ = fund
    LoanFactory(application__bank=scene.bank, drawn_on=date(2024, 4, 2))
    clerk = MemberFactory.serving("city_industry")
    draft_settlement(bank=scene.bank, mode=Mode.SPECIAL, year=2024, quarter=2, actor=clerk, at=noon(TODAY))


@pytest.fixture
def run(fund: tuple[Scene, str]) -> Iterator[Run]:
    """Return what a conformance run needs."""
    scene, address = fund
    lines = []
    for institution in (scene.bank, InstitutionFactory()):
        secret = issued(institution)
        lines.append(Connection(address, secret.client_id, secret.secret))
    yield Run(*lines)
    for line in lines:
        line.http.close()


@pytest.fixture
def worker(fund: tuple[Scene, str]) -> Iterator[None]:
    """Send events as beat and worker do, until the test is over."""
    is_over = threading.Event()

    def work() -> None:
        while not is_over.wait(0.2):
            send_events()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    is_over.set()
    thread.join()
