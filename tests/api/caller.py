"""A bank's program as tests play it: a client with a token that posts under keys of its own."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from api.enums import Scope
from api.models import ApiClient
from api.services.clients import propose_client
from parties.models import Institution, RightsChange
from parties.selectors import system_member
from tests.rights import handed_over


@dataclass(frozen=True)
class IssuedSecret:
    """A client with the secret that only who took it knows."""

    client: ApiClient
    client_id: str
    secret: str


def taken(change: RightsChange, *, at: Any = None) -> IssuedSecret:
    """Return the secret of a proposal once two persons agreed and the third took it."""
    shown = handed_over(change, at=at)
    client = ApiClient.objects.select_related("application", "member__institution").get(application__client_id=shown["客户端编号"])
    return IssuedSecret(client=client, client_id=shown["客户端编号"], secret=shown["密钥"])


def issued(institution: Institution, *, scopes: Any = Scope.values, **given: Any) -> IssuedSecret:
    """Return a new client of an institution with its secret."""
    wanted = {"name": f"{institution.short_name}核心系统", "scopes": scopes, "actor": system_member(), "at": timezone.now()}
    return taken(propose_client(institution=institution, **(wanted | given)))


def basic(client_id: str, secret: str) -> dict[str, str]:
    """Return the header by which a client shows id and secret."""
    return {"authorization": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()}


def token_of(secret: IssuedSecret, *, scope: str = "") -> str:
    """Return an access token, asked for over HTTP."""
    asked = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    response = Client().post("/api/v1/oauth/token/", data=encoded(asked), content_type=FORM, headers=basic(secret.client_id, secret.secret))
    assert response.status_code == 200, response.content.decode()
    return str(response.json()["access_token"])


FORM = "application/x-www-form-urlencoded"


def encoded(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={value.replace(' ', '+')}" for name, value in fields.items())


@dataclass
class Caller:
    """A program that calls: ``get``, ``post``; each checks that what is no success is a problem document."""

    client: ApiClient
    token: str
    http: Client = field(default_factory=Client)
    secret: IssuedSecret | None = None

    @classmethod
    def of(cls, institution: Institution, *, scope: str = "", **given: Any) -> "Caller":
        secret = issued(institution, **given)
        return cls(client=secret.client, token=token_of(secret, scope=scope), secret=secret)

    def renew(self) -> None:
        """Get a new token."""
        assert self.secret is not None
        self.token = token_of(self.secret)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def get(self, address: str, *, status: int = 200, **headers: str) -> Any:
        response = self.http.get(f"/api/v1/{address}", headers=self.headers | headers)
        return self._checked(response, status)

    def post(self, address: str, sent: Any = None, *, status: int = 200, key: str | None = None, **headers: str) -> Any:
        named = {"idempotency-key": key or str(uuid4())} if key != "" else {}
        content = json.dumps(sent if sent is not None else {}, default=str)
        response = self.http.post(
            f"/api/v1/{address}", data=content, content_type="application/json", headers=self.headers | named | headers
        )
        return self._checked(response, status)

    def response(self, address: str, sent: Any, *, key: str) -> Any:
        """Return the bare response of a POST."""
        headers = self.headers | {"idempotency-key": key}
        return self.http.post(f"/api/v1/{address}", data=json.dumps(sent, default=str), content_type="application/json", headers=headers)

    @staticmethod
    def _checked(response: Any, status: int) -> Any:
        assert response.status_code == status, response.content.decode()
        if status >= 400:
            assert response["Content-Type"] == "application/problem+json"
            assert response.json()["status"] == status
        return response.json() if response.content else None


def pk_of(found: dict[str, Any]) -> UUID:
    """Return the identifier of what was answered."""
    return UUID(found["id"])
