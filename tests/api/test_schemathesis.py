"""
What the description says holds for any request: Schemathesis makes them up from it, good ones and bad ones.

No 5xx, no status, media type or body that is not described, bad data refused with a problem document. Each request is undone, so that
each meets the same fund. ``API_EXAMPLES=200`` looks deeper than the usual number of requests per operation and kind.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from random import Random
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from api.throttles import AddressThrottle
from api.v1.uploads import MEDIA_TYPES
from common.database import nobody_waits
from quanzhou_fund.wsgi import application
from tests.api.bank import Stage
from tests.api.caller import Caller
from tests.api.month import World

EXAMPLES = int(os.environ.get("API_EXAMPLES", "4"))
EDGES = 2  # times as many
PARTS = 4  # so that workers share the operations
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
    checks.allow_header_conformance,
]


def _something_of_each_kind(stage: Stage) -> dict[str, str]:
    """Return by the name of each resource the identifier of something that the bank may see."""
    World.of(stage)
    stage.with_papers(stage.drafted())
    found = {name: stage.bank.get(f"{name}/")["results"] for name in ("entries", "applications", "loans", "movements")}
    return {name: rows[0]["id"] for name, rows in found.items()}


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the test's transaction across requests, which a server ends with their connection; test clients leave that switched on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _as_it_is(context: Any, value: Any) -> Any:
    """Return the body of a request whose body is a file."""
    return {"data": value if isinstance(value, bytes) else str(value).encode()}


for media_type in MEDIA_TYPES:
    schemathesis.serializer(media_type)(_as_it_is)


@pytest.mark.parametrize("part", range(PARTS))
def test_answers_are_as_described(stage: Stage, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    monkeypatch.setattr(AddressThrottle, "allow_request", lambda *args: True)
    there = _something_of_each_kind(stage)
    caller = Caller.of(stage.scene.bank, requests_per_minute=10**6, name="随机调用")
    failures = []
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application, headers={"Accept": "application/json"})
        for number, found in enumerate(schema.get_all_operations()):
            if number % PARTS == part:
                failures += _failures(found.ok(), caller, there)
    assert not failures, "\n\n".join(failures)


def _failures(operation: Any, caller: Caller, there: Mapping[str, str]) -> Iterator[str]:
    """Yield what of an operation is not as described: the first failure of each kind of request."""

    def ask(case: Any) -> None:
        for name, found in (case.path_parameters or {}).items():
            if UUID.fullmatch(str(found)) and str(found)[-1] in "02468ace":  # every other one names something that is there
                case.path_parameters[name] = there.get(case.path.split("/")[3], found)
        with nobody_waits(), transaction.atomic():
            case.call_and_validate(headers=caller.headers, checks=CHECKS)
            transaction.set_rollback(True)

    for kind in (_edges, _good, _bad):
        try:
            kind(operation, ask)
        except (Exception, BaseExceptionGroup) as failure:
            yield f"{operation.label}: {type(failure).__name__} {failure} " + "\n".join(map(str, getattr(failure, "exceptions", ())))


def _edges(operation: Any, ask: Any) -> None:
    """Ask at the edges of every parameter: a sample of them, the same each day, or all."""
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    cases = list(operation.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=GenerationConfig()))
    Random(operation.label).shuffle(cases)
    for case in cases[: EXAMPLES * EDGES]:
        ask(case)


def _good(operation: Any, ask: Any) -> None:
    _made_up(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), ask)


def _bad(operation: Any, ask: Any) -> None:
    with suppress(Unsatisfiable):  # nothing in it can be wrong
        _made_up(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), ask)


def _made_up(strategy: Any, ask: Any) -> None:
    """Ask as often as is usual with what Hypothesis makes up."""
    phases = [Phase.explicit, Phase.generate]

    @settings(max_examples=EXAMPLES, phases=phases, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def asked(case: Any) -> None:
        ask(case)

    asked()
