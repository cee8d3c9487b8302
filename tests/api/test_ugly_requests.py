"""Requests that no honest program sends, and some that a broken one does: each gets a problem document, none a 500."""

import gzip
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.addresses import addresses
from tests.api.bank import Stage
from tests.project.test_body_limits import Chunks

HUGE = "9" * 400
DRAFT: dict[str, Any] = {
    "mode": "special",
    "category": "fixed_asset",
    "security": "secured",
    "amount_requested": "1.00",
    "term_months": 60,
    "purpose": "购置设备",
}


def post(stage: Stage, address: str, content: bytes, *, media: str = "application/json", **headers: str) -> Any:
    sent = stage.bank.headers | {"idempotency-key": str(uuid4())} | headers
    return stage.bank.http.post(f"/api/v1/{address}", data=content, content_type=media, headers=sent)


def problem(answer: Any, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    return found


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b"\x00",
        b"[" * 100_000, b'{"a":' * 50_000, b'{"entry_id": NaN}', b'{"a":1,"a":2}',
        b'{"entry_id": "\\ud800"}', "﻿{}".encode(), b'{"entry_id": 1e999}', b'{"entry_id":' + HUGE.encode() + b"}",
        b"{}" + b" " * 3_000_000,
    ],
)  # fmt: skip
def test_bodies(stage: Stage, content: bytes) -> None:
    problem(post(stage, "intents/", content), 400, 413)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("purpose", "a\x00b"), ("purpose", ""), ("purpose", " "), ("purpose", "长" * 201), ("purpose", ["x"]), ("purpose", {"a": 1}),
        ("purpose", None),
        ("purpose", True), ("term_months", int(HUGE)), ("term_months", -1), ("term_months", 1.5), ("term_months", "60 "),
        ("term_months", True),
        ("term_months", "٦٠"), ("amount_requested", 10**30), ("amount_requested", "1e3"), ("amount_requested", "１.00"),
        ("amount_requested", "-1.00"),
        ("amount_requested", "0.00"), ("amount_requested", "0.001"), ("amount_requested", "NaN"), ("amount_requested", HUGE),
        ("amount_requested", []),
        ("mode", "SPECIAL"), ("mode", 1), ("entry_id", "x"), ("entry_id", None), ("bank_reference", "a\x00"),
        ("bank_reference", "x" * 65), ("colour", "red"), ("id", "x"),
    ],
)  # fmt: skip
def test_fields(stage: Stage, field: str, value: Any) -> None:
    body = DRAFT | {"entry_id": str(stage.scene.entry.public_id)} | {field: value}
    found = problem(post(stage, "applications/", json.dumps(body).encode()), 400)
    assert found["code"] == "invalid_input"
    assert [one["field"] for one in found["errors"]] == [field]


@pytest.mark.parametrize(
    "media", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x", "/"]
)
def test_other_media(stage: Stage, media: str) -> None:
    assert problem(post(stage, "intents/", b"{}", media=media), 415)["code"] == "unsupported_media_type"


@pytest.mark.parametrize("key", ["x" * 129, "x" * 8000, " ", "a b", "\x7f", "键".encode().decode("latin-1"), "a\tb"])
def test_keys(stage: Stage, key: str) -> None:
    assert problem(post(stage, "intents/", b"{}", **{"idempotency-key": key}), 400)["code"] == "idempotency_key_missing"


@pytest.mark.parametrize("tag", ["x", '"', 'W/"', "*", '"a", "b"', "x" * 5000, "é".encode().decode("latin-1"), ",,,", '""'])
def test_tags(stage: Stage, tag: str) -> None:
    answer = stage.bank.http.get("/api/v1/entries/", headers=stage.bank.headers | {"if-none-match": tag})
    assert answer.status_code in (200, 304)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=%00", "cursor=%ff", "cursor=" + "A" * 5000, "cursor=bnVsbA", "limit=" + HUGE, "limit=-1", "limit=%D9%A1", "limit=1.0",
        "ordering=pk", "ordering=--created", "ordering=created__id", "ordering=-", "limit=1&limit=2",
        "updated_since=0001-01-01T00:00:00%2B14:00",
        "updated_since=9999-12-31T23:59:59-14:00", "updated_since=now", "updated_since=2024-01-01", "%00=1", "state__in=x", "kind=%00", "",
    ],
)  # fmt: skip
def test_queries(stage: Stage, query: str) -> None:
    for address in ("entries/", "applications/", "loans/", "movements/", "settlements/", "events/", "uploads/"):
        answer = stage.bank.http.get(f"/api/v1/{address}?{query}", headers=stage.bank.headers)
        if query and not query.startswith("updated_since=9"):
            problem(answer, 400)
        assert answer.status_code < 500


@pytest.mark.parametrize(
    "cursor",
    ["W251bGwsbnVsbF0", "WzEsWzFdXQ", "WyItY3JlYXRlZCIsbnVsbCwxZTk5XQ", "WyItY3JlYXRlZCIsMSwxXQ", "e30", "MQ", "InMi", "W3RydWUsdHJ1ZV0"],
)
def test_cursors_that_are_json_of_another_kind(stage: Stage, cursor: str) -> None:
    for address in ("entries/", "events/"):
        problem(stage.bank.http.get(f"/api/v1/{address}?cursor={cursor}", headers=stage.bank.headers), 400)


@pytest.mark.parametrize("token", ["", " ", "x" * 10_000, "é".encode().decode("latin-1"), "a b c", "\x7f"])
def test_tokens(stage: Stage, token: str) -> None:
    problem(stage.bank.http.get("/api/v1/entries/", headers={"authorization": f"Bearer {token}"}), 401)


@pytest.mark.parametrize(
    "path", ["loans/%00/", "loans/../../admin/", "loans/" + "a" * 4000 + "/", "loans/%ff/", "loans//", "loans/1'--/", "é/"]
)
def test_paths(stage: Stage, path: str) -> None:
    problem(stage.bank.http.get(f"/api/v1/{path}", headers=stage.bank.headers), 404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X"])
def test_methods(stage: Stage, method: str) -> None:
    for address in ("entries/", "loans/", "events/"):
        problem(stage.bank.http.generic(method, f"/api/v1/{address}", headers=stage.bank.headers), 405)
    overridden = post(stage, "entries/", b"{}", **{"x-http-method-override": "GET"})
    problem(overridden, 405)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "x", "*", "application/json;q=0"])
def test_other_answers_than_json_are_not_given(stage: Stage, accept: str) -> None:
    answer = stage.bank.http.get("/api/v1/entries/", headers=stage.bank.headers | {"accept": accept})
    assert answer.status_code in (200, 406)
    assert "json" in answer["Content-Type"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"grant_type=%00",
        b"grant_type=client_credentials&scope=" + b"x" * 9000,
        b"grant_type=client_credentials&scope=%00",
        b"%ff=%ff",
    ],
)
def test_the_token_refuses_in_the_words_of_oauth(stage: Stage, body: bytes) -> None:
    for headers in ({}, {"authorization": "Basic x"}, {"authorization": "Basic /w=="}, {"authorization": "Basic AAA6AAA="}):
        answer = stage.bank.http.post("/api/v1/oauth/token/", data=body, content_type="application/x-www-form-urlencoded", headers=headers)
        assert answer.status_code in (400, 401), answer.content.decode()
        assert answer.json()["error"]


BOMBS = {
    "200,000 brackets": b"[" * 200_000,
    "a number of 5,000 digits": b'{"amount":' + b"9" * 5_000 + b"}",
    "20,000 unknown names": b"{" + b",".join(b'"n%d":1' % i for i in range(20_000)) + b"}",
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
def test_no_address_of_the_interface_stumbles_over(stage: Stage, body: bytes) -> None:
    stage.bank.client.requests_per_minute = 10**6
    stage.bank.client.save()
    for address in addresses():
        if address.startswith("/api/"):
            answer = post(stage, address.removeprefix("/api/v1/"), body) if address.startswith("/api/v1/") else None
            assert answer is None or (400 <= answer.status_code < 500 and len(answer.content) < 100_000), (address, answer.status_code)


def test_a_thousand_faults_are_counted_and_a_hundred_listed(stage: Stage) -> None:
    found = problem(post(stage, "calculators/subsidy/", json.dumps({f"n{i}": 1 for i in range(1_000)}).encode()), 400)
    assert found["code"] == "invalid_input"
    assert (len(found["errors"]), found["error_count"] >= 1_000) == (100, True)
    few = problem(post(stage, "intents/", json.dumps({f"n{i}": 1 for i in range(300)}).encode()), 400)
    assert len(few["errors"]) == 100
    assert few["error_count"] > 300


def test_what_was_sent_is_not_sent_back_at_length(stage: Stage) -> None:
    body = DRAFT | {"entry_id": str(stage.scene.entry.public_id), "mode": "x" * 500_000, "y" * 50_000: 1}
    assert len(post(stage, "applications/", json.dumps(body).encode()).content) < 10_000


def test_the_token_takes_no_more_than_a_token_needs(stage: Stage) -> None:
    kind = "application/x-www-form-urlencoded"
    assert problem(stage.bank.http.post("/api/v1/oauth/token/", data=b"a=1&" * 200_000, content_type=kind), 413)
    assert problem(stage.bank.http.post("/api/v1/oauth/token/", data=b"a=1&" * 3_000, content_type=kind), 400)


def in_pieces(stage: Stage, address: str, *pieces: bytes, key: str = "", is_whole: bool = True) -> Any:
    """Send a body in chunks, as a server hands them over."""
    extra: Any = {"wsgi.input": Chunks(*pieces), "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": "application/json"}
    extra |= {"wsgi.input_terminated": True} if is_whole else {}
    headers = stage.bank.headers | {"idempotency-key": key or str(uuid4())}
    return stage.bank.http.generic("POST", f"/api/v1/{address}", headers=headers, **extra)


def test_a_body_in_chunks_is_read_as_any_other_or_refused_and_never_an_empty_one(stage: Stage) -> None:
    found = stage.with_papers(stage.drafted())
    submit, accept = f"applications/{found['id']}/submit/", f"applications/{found['id']}/accept/"
    stage.bank.post(submit)
    stage.later(days=3)
    stage.bank.renew()
    assert problem(in_pieces(stage, accept, b'{"on": "2024-', b"03-0"), 400)["code"] == "parse_error"
    assert problem(in_pieces(stage, accept, b"garb", b"age"), 400)["code"] == "parse_error"
    assert problem(in_pieces(stage, accept, b'{"on": "2024-03-02"}', is_whole=False), 411)["code"] == "length_required"
    early = in_pieces(stage, accept, b'{"on": ', b'"2024-02-01"}')
    assert problem(early, 400, 409)["code"] not in ("parse_error", "invalid_input")  # the day was read, and lies before the submission
    assert in_pieces(stage, accept, b"{", b"}", key="k-1").status_code == 200
    assert problem(in_pieces(stage, accept, b'{"on": "2024-03-04"}', key="k-1"), 422)["code"] == "idempotency_key_reused"


def test_a_body_of_no_announced_length_is_read_where_the_server_tells_its_end(stage: Stage) -> None:
    extra: Any = {"wsgi.input": Chunks(b"garbage"), "wsgi.input_terminated": True, "CONTENT_TYPE": "application/json"}
    headers = stage.bank.headers | {"idempotency-key": str(uuid4())}
    assert (
        problem(stage.bank.http.generic("POST", "/api/v1/deliveries/collections/", headers=headers, **extra), 400)["code"] == "parse_error"
    )


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "gzip, identity", "x"])
def test_a_compressed_body_is_refused_as_such(stage: Stage, coding: str) -> None:
    for address in ("intents/", "calculators/subsidy/", "uploads/?kind=repayment", "oauth/token/"):
        answer = post(stage, address, gzip.compress(b"{}"), **{"content-encoding": coding})
        assert problem(answer, 415)["code"] == "content_encoding_unsupported"
        assert answer["Accept-Encoding"] == "identity"
