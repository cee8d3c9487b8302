"""Who gets in, and with what."""

from dataclasses import replace

import requests

from simulator.connection import Answer, Connection
from simulator.report import promised, refused, same, true
from simulator.run import Run

AREA = "access"


def fresh(line: Connection, **changes: str) -> Connection:
    """Return a connection of its own, with a token of its own."""
    return replace(line, http=requests.Session(), _token="", _token_until=0, **changes)


@promised(AREA, "id and secret give a bearer token that ends and is not to be stored")
def token(run: Run) -> None:
    answer = run.line.ask_token()
    same((answer.status, answer.body.get("token_type")), (200, "Bearer"), "token")
    true(0 < answer.body["expires_in"] <= 86400, "a token ends within a day")
    same(answer.headers.get("Cache-Control"), "no-store", "Cache-Control of a token")


@promised(AREA, "a wrong secret gives 401 invalid_client")
def wrong_secret(run: Run) -> None:
    answer = fresh(run.line, secret="wrong").ask_token()
    same((answer.status, answer.body.get("error")), (401, "invalid_client"), "wrong secret")


@promised(AREA, "no other grant is offered")
def other_grants(run: Run) -> None:
    for grant in ("password", "authorization_code", "refresh_token"):
        true(400 <= run.line.ask_token(grant_type=grant, username="a", password="b", code="c", refresh_token="d").status < 500, grant)


@promised(AREA, "no token, or a bad one, is 401 with a Bearer challenge")
def no_token(run: Run) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        got = requests.get(run.line.address("loans/"), headers=headers, timeout=30)
        refused(Answer(got.status_code, got.headers, got.text), 401)
        true(got.headers.get("WWW-Authenticate", "").startswith("Bearer"), "WWW-Authenticate names Bearer")


@promised(AREA, "a token without the scope is 403 insufficient_scope")
def scopes(run: Run) -> None:
    reader = fresh(run.line, scope="read")
    same(reader.get("loans/").status, 200, "reading with the scope read")
    refused(reader.post("applications/", {}), 403, "insufficient_scope")


@promised(AREA, "a token given back opens nothing")
def revoked(run: Run) -> None:
    leaving = fresh(run.line)
    ended = leaving.http.post(
        leaving.address("oauth/revoke/"), data={"token": leaving.token}, auth=(leaving.client_id, leaving.secret), timeout=30
    )
    same(ended.status_code, 200, "revocation")
    refused(leaving.get("loans/"), 401)
