"""What stands behind the question mark: unknown and repeated names are refused on every method, and a refused call leaves no trace."""

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from calculators.registry import CALCULATORS
from loans.models import Movement
from tests.api.bank import Stage
from tests.api.caller import FORM, basic
from tests.api.risk.hall import Hall
from tests.api.test_every_route import ROUTES, call
from tests.api.test_every_route import hall as hall


def rows_of_all_tables() -> dict[str, int]:
    """Return how many rows each table of ours has."""
    names = sorted(model._meta.db_table for model in apps.get_models() if model._meta.managed)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names))
        return dict(cursor.fetchall())


def test_a_name_that_no_address_knows_is_refused_on_every_method_and_nothing_is_done(hall: Hall) -> None:
    before = rows_of_all_tables()
    for route in ROUTES:
        for query in ("checkonly=true", "x", "dry_run=true&dry_run=false"):
            answer = call(hall.bank, route, f"{route.at({})}?{query}", token=hall.bank.token)
            found = answer.json()
            assert (answer.status_code, found["code"]) == (400, "invalid_input"), (route, query, answer.content.decode())
            assert [(one["field"], one["code"]) for one in found["errors"]] == [(query.partition("=")[0], "unknown")], route
    assert rows_of_all_tables() == before


def test_so_are_they_where_no_login_is_needed(client: Client, db: None) -> None:
    for path in ("calculators/", *(f"calculators/{name}/" for name in CALCULATORS), "schema/", "docs/"):
        address = f"/api/v1/{path}?colour=red"
        is_read = path in ("calculators/", "schema/", "docs/")
        answer = client.get(address) if is_read else client.post(address, data="{}", content_type="application/json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown"), path


def test_what_the_description_names_is_known_and_taken_once(hall: Hall) -> None:
    described = hall.bank.http.get("/api/v1/schema/", headers={"accept": "application/json"}).json()["paths"]
    asked = 0
    for route in ROUTES:
        path = "/api/v1/" + route.path.replace("<uuid:", "<").replace("<int:", "<").replace("<", "{").replace(">", "}")
        for parameter in described[path][route.method].get("parameters", ()):
            if parameter.get("in") != "query":
                continue
            asked += 1
            name, is_array = parameter["name"], parameter["schema"].get("type") == "array"
            answer = call(hall.bank, route, f"{route.at({})}?{name}=~&{name}=~", token=hall.bank.token)
            codes = {one["code"] for one in answer.json()["errors"] if one["field"] == name}
            assert "unknown" not in codes, (route, name)
            assert ("repeated" in codes) is not is_array, (route, name, codes)
    assert asked > 150


def _repayment(stage: Stage, query: str) -> Any:
    loan = stage.signed()
    stage.bank.post(f"loans/{loan['id']}/drawdowns/", stage.movement(), status=201)
    row = f'{{"loan_id": "{loan["id"]}", "amount": "1.00", "value_on": "2024-03-01", "bank_reference": "LS-9"}}'
    headers = stage.bank.headers | {"idempotency-key": str(uuid4())}
    return stage.bank.http.post(f"/api/v1/uploads/?{query}", data=row, content_type="application/x-ndjson", headers=headers)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        pytest.param("kind=repayment&checkonly=true", "checkonly", "unknown", id="a name misspelt"),
        pytest.param("kind=repayment&check_only=true&check_only=false", "check_only", "repeated", id="yes and no"),
        pytest.param("kind=repayment&check_only=1", "check_only", "invalid", id="a number for true"),
        pytest.param("kind=repayment&check_only=True", "check_only", "invalid", id="a capital"),
        pytest.param("kind=repayment&check_only=", "check_only", "invalid", id="nothing"),
    ],
)
def test_what_was_only_to_be_checked_is_never_booked(stage: Stage, query: str, field: str, code: str) -> None:
    answer = _repayment(stage, query)
    assert answer.status_code == 400, answer.content.decode()
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert Movement.objects.count() == 1  # the drawdown


def test_a_refused_name_does_not_use_up_the_key(stage: Stage) -> None:
    loan, key = stage.signed(), str(uuid4())
    path = f"loans/{loan['id']}/drawdowns/"
    stage.bank.post(f"{path}?dry_run=true", stage.movement(), status=400, key=key)
    assert Movement.objects.count() == 0
    stage.bank.post(path, stage.movement(), status=201, key=key)


@pytest.mark.parametrize("address", ["token", "revoke"])
def test_the_token_address_passes_over_unknown_names_and_refuses_repeated_ones(stage: Stage, address: str) -> None:
    assert stage.bank.secret is not None
    known = basic(stage.bank.secret.client_id, stage.bank.secret.secret)
    body = "grant_type=client_credentials&token=x"
    for further, status in (("&colour=red", 200), ("&colour=red&colour=red", 400), ("&token=y", 400), ("&grant_type=x", 400)):
        answer = stage.bank.http.post(f"/api/v1/oauth/{address}/", data=body + further, content_type=FORM, headers=known)
        assert answer.status_code == status, (further, answer.content.decode())
        assert status == 200 or answer.json()["error"] == "invalid_request"
