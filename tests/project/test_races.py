"""Two real connections race every insert that the services make once: who comes second finds the first one's row, and nothing breaks."""

import ast
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from common.enums import Category
from loans.models import Intent
from loans.services.applications import record_intent
from quanzhou_fund.environment import BASE_DIR
from subsidy.models import RateDecision
from tests.factories import EnterpriseFactory, MemberFactory, seeded_district
from tests.loan_factories import noon
from tests.loans.conftest import make_scene
from tests.subsidy.bidding import Bank, Houses
from tests.subsidy.test_tenders import decide
from tests.whitelist.cases import project_facts
from whitelist.models import Project
from whitelist.services.projects import register_project

AT = noon(date(2024, 3, 4))
PATIENCE_SECONDS = 20
PLACES = ("*/services.py", "*/services/**/*.py", "*/*/services.py", "*/*/services/**/*.py")


def called() -> Iterator[tuple[str, str]]:
    """Yield file and function of every ``get_or_create`` or ``update_or_create`` of the services."""
    for path in sorted(path for place in PLACES for path in BASE_DIR.glob(place)):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
                if names & {"get_or_create", "update_or_create"}:
                    yield str(Path(path).relative_to(BASE_DIR)), function.name


def intent() -> tuple[type, Callable[[], Any]]:
    scene = make_scene()
    return Intent, lambda: record_intent(entry_id=scene.entry.public_id, actor=scene.handler, at=AT)


def project() -> tuple[type, Callable[[], Any]]:
    enterprise = EnterpriseFactory()
    member, facts, district = MemberFactory.of(enterprise), project_facts(), seeded_district()
    return Project, lambda: register_project(enterprise=enterprise, district=district, actor=member, at=AT, **facts)


def rate() -> tuple[type, Callable[[], Any]]:
    houses, awarded = Houses(), []
    for category in (Category.FIXED_ASSET, Category.RD):
        tender = houses.tender(category)
        Bank().bids(tender, "0.03", "100")
        houses.opens(tender)
        awarded.append(houses.awards(tender))
    return RateDecision, lambda: decide((awarded[0], awarded[1]), houses.industry)


RACES: dict[tuple[str, str], Callable[[], tuple[type, Callable[[], Any]]]] = {
    ("loans/services/applications.py", "record_intent"): intent,
    ("whitelist/services/projects.py", "register_project"): project,
    ("subsidy/services/tenders.py", "decide_rate"): rate,
}

IN_TURN = {("logins/services/sessions.py", "end_others")}  # the account's row, which it changes first, lets one in at a time


def test_every_such_service_is_raced() -> None:
    assert set(called()) == set(RACES) | set(IN_TURN)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("service", RACES, ids=lambda service: service[1])
def test_who_comes_second_gets_the_row_of_the_first(service: tuple[str, str]) -> None:
    model, call = RACES[service]()
    outcome: list[Any] = []

    def second() -> None:
        try:
            with transaction.atomic():  # as under an idempotency key
                outcome.append(call())
        except Exception as problem:
            outcome.append(problem)
        finally:
            connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic():
        first = call()
        other.start()
        assert waits_for_us(), "the other did not come as far as the insert"
    other.join(PATIENCE_SECONDS)
    assert outcome == [first]
    assert model._default_manager.count() == 1  # type: ignore[attr-defined]


def waits_for_us(patience: float = PATIENCE_SECONDS) -> bool:
    """Return whether somebody comes to wait for a lock of ours."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.02)
    return False
