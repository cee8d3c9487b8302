"""How the interface describes itself."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from api.schema_examples import example_with
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
    problem = schema["components"]["schemas"]["Problem"]
    assert set(example["value"]) == set(problem["properties"]) - {"error_count"} == set(problem["required"])  # told where faults are cut


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


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(address, method, one) for address, item in schema["paths"].items() for method, one in item.items()]


def test_every_parameter_says_what_it_means_and_every_answer_its_codes(schema: dict[str, Any]) -> None:
    for address, method, operation in operations(schema):
        named = [one for one in operation.get("parameters", ()) if "$ref" not in one]
        assert [one["name"] for one in named if not one.get("description")] == [], address
        for status, answer in operation["responses"].items():
            if "application/problem+json" in answer.get("content", {}):
                assert "`：" in answer["description"], (address, method, status)


def test_pages_within_an_object_say_how_they_are_turned(schema: dict[str, Any]) -> None:
    for address, orderings in (("uploads/{public_id}/rows", {"number", "created"}), ("settlements/{public_id}/lines", {"created"})):
        named = {one["name"]: one for one in schema["paths"][f"/api/v1/{address}/"]["get"]["parameters"] if "name" in one}
        assert {"cursor", "limit", "ordering"} <= set(named)
        assert {name.removeprefix("-") for name in named["ordering"]["schema"]["enum"]} == orderings


def test_headers_of_answers_are_described(schema: dict[str, Any]) -> None:
    read, drawn = schema["paths"]["/api/v1/loans/{public_id}/"]["get"], schema["paths"]["/api/v1/loans/{public_id}/drawdowns/"]["post"]
    assert set(read["responses"]["200"]["headers"]) == {"ETag", "RateLimit", "RateLimit-Policy"}
    assert "304" in read["responses"]
    assert set(drawn["responses"]["201"]["headers"]) == {"Idempotent-Replayed", "RateLimit", "RateLimit-Policy"}
    assert {"Retry-After", "RateLimit"} <= set(drawn["responses"]["429"]["headers"])
    assert {"413", "503"} <= set(drawn["responses"])


def test_every_security_scheme_that_is_asked_for_is_described(schema: dict[str, Any]) -> None:
    asked = {name for _, _, operation in operations(schema) for one in operation.get("security", ()) for name in one}
    assert asked == set(schema["components"]["securitySchemes"]) == {"oauth2", "basicAuth"}


def test_what_is_answered_is_answered_whole(schema: dict[str, Any]) -> None:
    for name in ("ApplicationShown", "LoanOpened", "SettlementShown", "MovementShown"):
        shape = schema["components"]["schemas"][name]
        assert set(shape["required"]) == set(shape["properties"]), name
    assert "bank_reference" not in schema["components"]["schemas"]["DraftAsked"]["required"]


def test_descriptions_of_operations_are_for_readers_of_chinese(schema: dict[str, Any]) -> None:
    said = {one["operationId"]: one.get("description", "") for _, _, one in operations(schema)}
    assert [name for name, text in said.items() if text and text.isascii()] == []


def test_every_calculator_has_an_example(schema: dict[str, Any]) -> None:
    for name in CALCULATORS:
        body = schema["paths"][f"/api/v1/calculators/{name}/"]["post"]["requestBody"]["content"]["application/json"]
        assert body["examples"]["示例"]["value"]


def require_example(schema: dict[str, Any], name: str, value: Any) -> None:
    whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schema["components"]["schemas"]}}
    found = [f"{name}.{'.'.join(map(str, one.path))}: {one.message}" for one in Draft202012Validator(whole).iter_errors(value)]
    assert found == []
    assert set(schema["components"]["schemas"][name]["properties"]) == set(value), name


def test_a_field_that_no_example_shows_yet_gets_a_value_of_its_type(schema: dict[str, Any]) -> None:
    """So whoever adds a field has nothing to add to the examples; asked of every shape, with nothing shown of it."""
    shapes = schema["components"]["schemas"]
    for name in schema["components"]["examples"]:
        require_example(schema, name, example_with(shapes[name], {}, shapes))
    gone = example_with(shapes["LoanShown"], {"contract_number": "HT-1", "gone": 1, "enterprise": {"name": "甲"}}, shapes)
    assert (gone["contract_number"], gone["enterprise"]["name"], "gone" in gone) == ("HT-1", "甲", False)
    assert set(gone["enterprise"]) == set(shapes["EnterpriseShown"]["properties"])


def test_examples_of_answers_are_answers_and_most_operations_have_one(schema: dict[str, Any]) -> None:
    for name, example in schema["components"]["examples"].items():
        require_example(schema, name, example["value"])
    answers = [one["responses"][status] for _, _, one in operations(schema) for status in one["responses"] if status.startswith("2")]
    shown = [one for one in answers if any(body.get("examples") for body in one.get("content", {}).values())]
    assert len(shown) > 0.7 * len(answers)
