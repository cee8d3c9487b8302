"""How the interface describes itself."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from api.v1.fields import Asked
from calculators.registry import CALCULATORS

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    return found


def test_the_description_is_valid_and_without_warnings() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_every_calculator_is_described_with_its_fields_and_refusals(schema: dict[str, Any]) -> None:
    for name, calculator in CALCULATORS.items():
        described = schema["paths"][f"/api/v1/calculators/{name}/"]["post"]
        asked = described["requestBody"]["content"]["application/json"]["schema"]
        answered = described["responses"]["200"]["content"]["application/json"]["schema"]
        assert "as_of" in asked["properties"]
        assert asked["additionalProperties"] is False
        assert {output.name for output in calculator.outputs} < set(answered["properties"])
        assert "application/problem+json" in described["responses"]["400"]["content"]
        assert "429" in described["responses"]


def test_examples_of_refusals_are_problem_documents(schema: dict[str, Any]) -> None:
    refusal = schema["paths"]["/api/v1/calculators/subsidy/"]["post"]["responses"]["400"]["content"]["application/problem+json"]
    (example,) = refusal["examples"].values()
    assert set(example["value"]) == set(schema["components"]["schemas"]["Problem"]["properties"])


def test_the_reading_page_asks_nothing_from_outside(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "https://" not in page.content.decode()
    assert "<style" not in page.content.decode()
    assert "drf_spectacular_sidecar/swagger-ui-dist" in page.content.decode()
    script = client.get("/api/v1/docs/?script=")
    assert "/api/v1/schema/" in script.content.decode()


def test_every_field_of_every_shape_says_what_it_means(schema: dict[str, Any]) -> None:
    shapes = schema["components"]["schemas"]
    mute = [
        f"{name}.{field}"
        for name, shape in shapes.items()
        for field, described in shape.get("properties", {}).items()
        if not (described.get("description") or described.get("title"))
    ]
    assert mute == []


def test_every_operation_has_a_name_a_summary_and_a_heading(schema: dict[str, Any]) -> None:
    operations = [operation for item in schema["paths"].values() for operation in item.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert all(operation.get("summary") and operation.get("tags") for operation in operations)


def test_examples_of_requests_are_good_requests(schema: dict[str, Any]) -> None:
    def kinds(base: type) -> list[type]:
        return [kind for direct in base.__subclasses__() for kind in (direct, *kinds(direct))]

    checked = 0
    for kind in kinds(Asked):
        if example := getattr(kind, "example", None):
            given = kind(data=dict(example))
            assert given.is_valid(), (kind, given.errors)
            checked += 1
    assert checked >= 15
