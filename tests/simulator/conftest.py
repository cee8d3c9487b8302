"""A small fund behind a real web server, on 24 June 2024: a listed project, programs of two banks and a guarantor, one settlement."""

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection

from api.tasks import send_events
from common.enums import Mode
from loans.enums import MovementKind
from parties.enums import InstitutionKind
from parties.models import Institution
from reporting.response_rates.services.jobs import keep_response_years
from risk.classification.services import classify_loan, recognise_bad_debt
from simulator.connection import Connection
from simulator.run import Run
from subsidy.services.drafts import draft_settlement
from tests.api.caller import issued
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import LoanFactory, move, noon
from tests.loans.conftest import Scene, make_scene
from tests.risk.scene import Scene as RiskScene

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
    """Add a loan of the bank, its settlement of the second quarter, and the year of its response rate as the night job opens it."""
    scene, _ = fund
    LoanFactory(application__bank=scene.bank, drawn_on=date(2024, 4, 2))
    clerk = MemberFactory.serving("city_industry")
    draft_settlement(bank=scene.bank, mode=Mode.SPECIAL, year=2024, quarter=2, actor=clerk, at=noon(TODAY))
    keep_response_years(at=noon(TODAY))


@pytest.fixture
def compensated(fund: tuple[Scene, str], run: Run) -> None:
    """Add a loan of the bank that went bad, was compensated by the guarantee company and partly recovered."""
    scene, _ = fund
    guarantor = Institution.objects.get(kind=InstitutionKind.GUARANTOR)
    people = [MemberFactory(institution=guarantor), MemberFactory(institution=guarantor, checker=True)]
    risk = RiskScene(
        bank=scene.bank,
        guarantor=guarantor,
        handler=scene.handler,
        checker=scene.checker,
        guarantor_handler=people[0],
        guarantor_checker=people[1],
        city_handler=scene.city,
        treasury_handler=scene.city,
        treasury_checker=scene.city,
        trustee=scene.trustee,
        trustee_checker=scene.trustee_checker,
    )
    LoanFactory(application__bank=scene.bank, drawn_on=date(2024, 4, 2))
    loan = risk.loan(200_000, drawn_on=date(2024, 4, 2))
    move(loan, MovementKind.OVERDUE, loan.balance.performing, date(2024, 5, 8))
    at = noon(TODAY)
    classify_loan(loan_id=loan.public_id, grade="loss", on=TODAY, reason="停产", actor=scene.handler, at=at)
    bad_debt = recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=scene.handler, at=at)
    risk.paid(risk.accepted(bad_debt, at=at), at=at)
    risk.recovered(bad_debt, 50_000, on=TODAY, at=at)


@pytest.fixture
def run(fund: tuple[Scene, str]) -> Iterator[Run]:
    """Return what a conformance run needs."""
    scene, address = fund
    lines = []
    for institution in (scene.bank, InstitutionFactory(), InstitutionFactory(guarantor=True)):
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
