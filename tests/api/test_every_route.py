"""Every address of the interface, walked: no token 401, no scope 403, another institution's object 404; none forgotten."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern

from api.enums import Scope
from api.models import Webhook
from api.permissions import scope_of_call
from api.v1.urls import urlpatterns
from common.enums import Mode
from subsidy.services.drafts import draft_settlement
from tests.api.caller import Caller, token_of
from tests.api.risk.hall import Hall, make_hall
from tests.api.risk.test_reads import one_of_everything
from tests.factories import MemberFactory
from tests.loan_factories import ApplicationFactory, EntryFactory, LoanFactory
from tests.risk.scene import NOW, PDF
from whitelist.enums import AnnouncementKind, ChannelKind, Transport
from whitelist.models import Channel
from whitelist.services.announcing import announce

OPEN = {"token", "revoke", "schema", "docs"}  # no token: where tokens come from, and the description
SHARED = {"entries", "clauses", "decisions", "policy-versions", "codes", "institutions", "return-rates", "enhancement-fee-rates", "notices"}


@dataclass(frozen=True)
class Route:
    """One address with a method, and the scope it needs."""

    path: str
    method: str
    scope: str

    @property
    def resource(self) -> str:
        return self.path.split("/")[0]

    def at(self, ids: dict[str, str]) -> str:
        """Return the address of the caller's object, of an unknown one where there is none."""
        names = {"application_id": "applications", "bad_debt_id": "bad-debts", "claim_id": "claims", "loan_id": "loans"}
        path = self.path
        while "<" in path:
            before, _, rest = path.partition("<")
            name, _, after = rest.partition(">")
            kind, _, name = name.rpartition(":")
            unknown = "1" if kind == "int" else str(uuid4())
            path = before + ids.get(names.get(name, self.resource), unknown) + after
        return path


def routes() -> list[Route]:
    """Return every address but those open to everybody."""
    found = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        path = str(pattern.pattern)
        actions = getattr(pattern.callback, "actions", None)
        if pattern.name in OPEN or path.startswith("calculators/"):
            continue
        assert actions, path
        for method, action in actions.items():
            if method != "head":
                view = pattern.callback.cls(action=action)
                found.append(Route(path, method, scope_of_call(view, None)))  # type: ignore[arg-type]
    return found


ROUTES = routes()


@pytest.fixture
def hall(db: None, settings: Any, tmp_path: Any) -> Iterator[Hall]:
    settings.MEDIA_ROOT = tmp_path
    traveller = time_machine.travel(NOW, tick=False)
    clock = traveller.start()
    made = make_hall(clock)
    made.bank.client.requests_per_minute = made.other.client.requests_per_minute = 10**6
    for caller in (made.bank, made.other):
        caller.client.save()
    yield made
    traveller.stop()


def call(caller: Caller | None, route: Route, path: str, *, token: str = "", body: Any = None) -> Any:
    """Return the bare answer."""
    http = caller.http if caller is not None else Client()
    headers = {"idempotency-key": str(uuid4())} | ({"authorization": f"Bearer {token}"} if token else {})
    content = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}, default=str)
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    address = f"/api/v1/{path}"
    if route.method == "get":
        return http.get(address, headers=headers)
    return http.post(address, data=content, content_type=kind, headers=headers)


def test_the_walk_has_a_way_to_walk() -> None:
    assert len(ROUTES) > 90
    assert {route.method for route in ROUTES} == {"get", "post"}
    assert {route.scope for route in ROUTES} == set(Scope.values)


def test_without_a_token_every_address_is_401_and_with_a_bad_one_too(hall: Hall) -> None:
    for route in ROUTES:
        for token in ("", "nonsense"):
            answer = call(hall.bank, route, route.at({}), token=token)
            assert answer.status_code == 401, route
            assert answer.json()["code"] == ("invalid_token" if token else "not_authenticated"), route
            assert answer["WWW-Authenticate"].startswith("Bearer"), route


def test_without_its_scope_every_address_is_403_whatever_is_asked(hall: Hall) -> None:
    assert hall.bank.secret is not None
    without = {scope: token_of(hall.bank.secret, scope=" ".join(s for s in Scope.values if s != scope)) for scope in Scope.values}
    for route in ROUTES:
        answer = call(hall.bank, route, route.at({}), token=without[route.scope])
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), route


def test_from_another_network_every_address_is_403(hall: Hall) -> None:
    hall.bank.client.networks = ["10.1.2.0/24"]
    hall.bank.client.save()
    for route in ROUTES:
        answer = call(hall.bank, route, route.at({}), token=hall.bank.token)
        assert (answer.status_code, answer.json()["code"]) == (403, "address_not_allowed"), route


def _everything(hall: Hall) -> dict[str, str]:
    """Return by resource the identifier of something that is the bank's or its guarantor's, read over HTTP."""
    one_of_everything(hall)
    bank = hall.scene.bank
    loan = LoanFactory(application__bank=bank, drawn_on=date(2024, 11, 4))
    ApplicationFactory(bank=bank, submitted=True)
    hall.bank.post(f"loans/{loan.public_id}/use-checks/", {"finding": "相符", "is_misuse": False}, status=201)
    draft_settlement(bank=bank, mode=Mode.SPECIAL, year=2024, quarter=4, actor=MemberFactory.serving("city_industry"), at=NOW)
    Webhook.objects.create(client=hall.bank.client, url="https://bank.example/x", transaction=1, created_at=NOW)
    Channel.objects.create(code="b", name="测试", kind=ChannelKind.BANK, institution=bank, transport=Transport.PULL)
    announce(AnnouncementKind.SNAPSHOT, entries=[EntryFactory()], at=NOW)
    hall.bank.post("deliveries/collections/")
    row = b'{"contract_number": "x", "amount": "1.00", "value_on": "2025-03-10", "bank_reference": "LS"}'
    headers = hall.bank.headers | {"idempotency-key": str(uuid4())}
    assert hall.bank.http.post(
        "/api/v1/uploads/?kind=repayment&check_only=true", data=row, content_type="application/x-ndjson", headers=headers
    ).status_code == 202  # fmt: skip
    found = {}
    for name in sorted({route.resource for route in ROUTES if "<" in route.path} - SHARED):
        rows = hall.bank.get(f"{name}/")["results"] or hall.guarantor.get(f"{name}/")["results"]
        if rows:
            found[name] = str(rows[0]["id"])
    return found


def _bodies(hall: Hall) -> dict[str, Any]:
    """Return by address a good body, from the description's own examples."""
    schema = hall.bank.http.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    found: dict[str, Any] = {}
    for path, item in schema["paths"].items():
        content = item.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/octet-stream" in content:
            found[path] = PDF
        for media in content.values():
            for example in media.get("examples", {}).values():
                found[path] = example["value"]
    return found


def test_another_institutions_objects_do_not_exist_whatever_is_done_with_them(hall: Hall) -> None:
    ids, bodies = _everything(hall), _bodies(hall)
    own = {"applications", "loans", "movements", "use-checks", "deliveries", "uploads", "settlements", "webhooks", "bad-debts", "claims"}
    assert own | {"recoveries", "exemptions", "guarantee-fees", "evidence-packs"} <= set(ids)
    for route in ROUTES:
        if "<" not in route.path or route.resource in SHARED:
            continue
        path = route.at(ids)
        described = "/api/v1/" + route.path
        for kind in ("uuid", "str", "int"):
            described = described.replace(f"<{kind}:", "<")
        body = bodies.get(described.replace("<", "{").replace(">", "}"))
        query = "?kind=contract&filename=a.pdf" if path.endswith("papers/") and route.method == "post" else ""
        query = query.replace("contract", "consent") if path.startswith("applications") else query
        answer = call(hall.other, route, path + query, token=hall.other.token, body=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), f"{route} {answer.content.decode()[:300]}"
