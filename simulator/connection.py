"""One program's connection: a token, a key per write, the same key again where the answer was lost."""

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import requests

TIMEOUT_SECONDS = 30
MOST_TRIES = 5
WAIT_SECONDS = 0.2
RENEW_BEFORE_SECONDS = 60
IN_USE = "idempotency_key_in_use"


class Refused(Exception):
    """The fund said no: ``status``, its stable ``code`` and the whole problem document."""

    def __init__(self, answer: "Answer") -> None:
        self.status = answer.status
        self.problem: dict[str, Any] = answer.body if isinstance(answer.body, dict) else {}
        self.code = str(self.problem.get("code", ""))
        super().__init__(f"{self.status} {self.code}: {self.problem.get('detail', answer.text[:200])}")


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        """Return what the body says; ``None`` where it is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def code(self) -> str:
        """Return the problem's stable code, empty for a success."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) and self.status >= 400 else ""

    @property
    def is_repeat(self) -> bool:
        """Return whether the fund says it gave this answer before."""
        return self.headers.get("Idempotent-Replayed") == "true"


@dataclass
class Connection:
    """A client of the interface at a base address such as ``http://127.0.0.1:8000``."""

    base: str
    client_id: str
    secret: str
    scope: str = ""
    http: requests.Session = field(default_factory=requests.Session)
    _token: str = ""
    _token_until: float = 0

    def address(self, path: str) -> str:
        """Return the full address of a path below ``/api/v1/``; a full address stays as it is."""
        return path if path.startswith("http") else f"{self.base.rstrip('/')}/api/v1/{path}"

    def ask_token(self, **fields: str) -> Answer:
        """Ask for a token with id and secret, and return the answer as it came."""
        asked = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {}) | fields
        answer = self.http.post(self.address("oauth/token/"), data=asked, auth=(self.client_id, self.secret), timeout=TIMEOUT_SECONDS)
        return Answer(answer.status_code, answer.headers, answer.text)

    @property
    def token(self) -> str:
        """Return a token, a new one shortly before the old one ends."""
        if time.time() > self._token_until - RENEW_BEFORE_SECONDS:
            answer = self.ask_token()
            if answer.status != 200:
                raise Refused(answer)
            self._token, self._token_until = answer.body["access_token"], time.time() + answer.body["expires_in"]
        return self._token

    def send(self, method: str, path: str, *, content: bytes | None = None, **headers: str) -> Answer:
        """Send one request as it is, and return the answer as it came."""
        named = {"Authorization": f"Bearer {self.token}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.request(method, self.address(path), data=content, headers=named, timeout=TIMEOUT_SECONDS)
        return Answer(answer.status_code, answer.headers, answer.content.decode())

    def get(self, path: str, **query: Any) -> Answer:
        """Return the answer to a read."""
        return self.send("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: Any = None, *, key: str = "") -> Answer:
        """
        Return the answer to a write.

        A write whose answer was lost, or that is under way still, is asked again under its own key, which does it once.
        """
        return self._post(path, written(body), key=key, content_type="application/json")

    def upload(self, path: str, content: bytes, *, content_type: str, key: str = "") -> Answer:
        """Return the answer to a file."""
        return self._post(path, content, key=key, content_type=content_type)

    def read(self, path: str, **query: Any) -> Any:
        """
        Return what a read answered.

        Raises:
            Refused.
        """
        return succeeded(self.get(path, **query))

    def write(self, path: str, body: Any = None, *, key: str = "") -> Any:
        """
        Return what a write answered.

        Raises:
            Refused.
        """
        return succeeded(self.post(path, body, key=key))

    def every(self, path: str, **query: Any) -> list[Any]:
        """Return the rows of all pages."""
        page = self.read(path, **query)
        rows = list(page["results"])
        while page["next"]:
            page = self.read(page["next"])
            rows += page["results"]
        return rows

    def post_and_hang_up(self, path: str, body: Any, *, key: str) -> None:
        """Send a write whole and close the connection before its answer."""
        parts = urlsplit(self.address(path))
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        line = kind(str(parts.hostname), parts.port, timeout=TIMEOUT_SECONDS)
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key, "Content-Type": "application/json"}
        line.request("POST", parts.path, body=written(body), headers=headers)
        line.close()

    def _post(self, path: str, content: bytes, *, key: str, content_type: str) -> Answer:
        named = {"Idempotency_Key": key or str(uuid4()), "Content_Type": content_type}
        for attempt in range(1, MOST_TRIES + 1):
            try:
                answer = self.send("POST", path, content=content, **named)
            except requests.RequestException:
                if attempt == MOST_TRIES:
                    raise
            else:
                if attempt == MOST_TRIES or (answer.status != 503 and answer.code not in (IN_USE, "try_again")):
                    return answer
            time.sleep(WAIT_SECONDS * attempt)
        raise AssertionError("unreachable")


def written(body: Any) -> bytes:
    """Return a body as JSON."""
    return json.dumps({} if body is None else body, ensure_ascii=False).encode()


def succeeded(answer: Answer) -> Any:
    """
    Return the body of a success.

    Raises:
        Refused.
    """
    if answer.status >= 400:
        raise Refused(answer)
    return answer.body
