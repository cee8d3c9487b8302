"""Asking a calculator over HTTP, with what every answer must have."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from calculators.registry import CALCULATORS
from tests.api.bank import Stage, make_stage

Ask = Callable[..., dict[str, Any]]
BASIS = {"policy_version", "in_force", "clauses", "interpretations"}


@pytest.fixture
def ask(client: Client) -> Ask:
    """Return a call that asks a calculator and checks what every answer and every refusal has."""

    def asked(name: str, sent: Any, *, status: int = 200) -> dict[str, Any]:
        response = client.post(f"/api/v1/calculators/{name}/", data=json.dumps(sent), content_type="application/json")
        assert response.status_code == status, response.content.decode()
        found: dict[str, Any] = response.json()
        if status == 200:
            outputs = {output.name: output.optional for output in CALCULATORS[name].outputs}
            assert set(found) - BASIS <= set(outputs)
            assert {field for field, optional in outputs.items() if not optional} | BASIS <= set(found)
            assert found["policy_version"] == 1
        else:
            assert response["Content-Type"] == "application/problem+json"
            assert set(found) == {"type", "title", "status", "code", "detail", "clause", "errors"}
            assert (found["status"], found["type"]) == (status, f"urn:quanzhou-fund:problem:{found['code']}")
            assert all(set(problem) == {"field", "code", "detail"} for problem in found["errors"])
        return found

    return asked


@pytest.fixture
def stage(db: None, settings: Any, tmp_path: Any) -> Iterator[Stage]:
    """Return banks with their programs, on 1 March 2024."""
    settings.MEDIA_ROOT = tmp_path
    made, traveller = make_stage()
    yield made
    traveller.stop()
