"""Refusals that no calculator makes: of the web layer."""

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db

WORDS = "/api/v1/calculators/amount-in-words/"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="half an object"),
        pytest.param(b'{"amount": NaN}', id="NaN"),
        pytest.param(b'{"amount": "1", "amount": "2"}', id="a name twice"),
        pytest.param(b'{"amount": "\xff"}', id="not UTF-8"),
        pytest.param(b'{"\\ud800": "1"}', id="half a character"),
        pytest.param(b"[" * 100_000, id="very deep"),
        pytest.param(b'{"amount": ' + b"9" * 5000 + b"}", id="a number without end"),
    ],
)
def test_unclear_json_is_refused(client: Client, body: bytes) -> None:
    response = client.post(WORDS, data=body, content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["code"] == "parse_error"


def test_an_empty_body_lists_what_is_missing(client: Client) -> None:
    response = client.post(WORDS, data=b"", content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "required")


def test_a_body_without_bound_is_refused(client: Client) -> None:
    body = b'{"amount": "' + b"1" * settings.API_MAX_BODY_BYTES + b'"}'
    response = client.post(WORDS, data=body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("post", "/api/v1/calculators/nonesuch/", 404, "not_found"),
        ("get", "/api/v1/calculators/nonesuch/", 404, "not_found"),
        ("get", "/api/v1/calculators/subsidy/", 405, "method_not_allowed"),
        ("delete", "/api/v1/calculators/", 405, "method_not_allowed"),
        ("options", "/api/v1/calculators/subsidy/", 405, "method_not_allowed"),
        ("get", "/api/", 404, "not_found"),
        ("get", "/api/v2/calculators/", 404, "not_found"),
        ("post", "/api/v1/calculators/subsidy", 404, "not_found"),
        ("options", "/api/nothing", 404, "not_found"),
    ],
)
def test_wrong_addresses_and_methods_get_problem_documents(client: Client, method: str, address: str, status: int, code: str) -> None:
    response = getattr(client, method)(address)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (response.json()["code"], response.json()["status"]) == (code, status)
    assert "{" not in response.json()["detail"]


def test_only_json_is_taken_and_given(client: Client) -> None:
    form = client.post(WORDS, data={"amount": "1.00"})
    assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type")
    html = client.get("/api/v1/calculators/", headers={"accept": "text/html"})
    assert (html.status_code, html.json()["code"]) == (406, "not_acceptable")


def test_one_address_may_not_ask_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.throttles.CalculatorThrottle.rate", "2/min", raising=False)
    monkeypatch.setattr("api.throttles.CalculatorThrottle.timer", staticmethod(lambda: 120.0))
    answers = [client.get("/api/v1/calculators/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2]["Retry-After"], answers[2].json()["code"]) == ("60", "throttled")
    assert "60 秒" in answers[2].json()["detail"]
    assert client.get("/api/v1/calculators/", REMOTE_ADDR="10.0.0.9").status_code == 200
    monkeypatch.setattr("api.throttles.CalculatorThrottle.timer", staticmethod(lambda: 180.0))
    assert client.get("/api/v1/calculators/").status_code == 200


def test_an_unforeseen_error_tells_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("api.v1.calculators.ask", breaks)
    client.raise_request_exception = False
    response = client.post(WORDS, data="{}", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (500, "error")
    assert b"secret" not in response.content
