"""A receiver of webhooks: it believes only what is signed, and remembers ids, because a message may come twice."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TOLERANCE_SECONDS = 300
PREFIX = "whsec_"


class SignatureInvalid(Exception):
    """The message is not from the fund, or too old."""


def verified(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> dict[str, Any]:
    """
    Return what a message says once its signature is right and its time near. Source: Standard Webhooks 1.0.

    Raises:
        SignatureInvalid.
    """
    named = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp, signatures = (named.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    if not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise SignatureInvalid("timestamp")
    signed = f"{message_id}.{timestamp}.".encode() + body
    wanted = base64.b64encode(hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256).digest()).decode()
    if not any(hmac.compare_digest(f"v1,{wanted}".encode(), given.encode()) for given in signatures.split()):
        raise SignatureInvalid("signature")
    found: dict[str, Any] = json.loads(body)
    return found


class Receiver:
    """An address on this machine that takes messages; give it the ``secret`` as soon as the subscription has answered."""

    def __init__(self, address: str = "127.0.0.1", *, failures_first: int = 0) -> None:
        self.secret = ""
        self.messages: dict[str, dict[str, Any]] = {}  # by webhook-id
        self.refused: list[str] = []
        self.failures_left = failures_first
        self._server = ThreadingHTTPServer((address, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Return where messages are to be sent."""
        return f"http://{self._server.server_address[0]!s}:{self._server.server_port}/fund"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Return the status that answers a message: 204 taken, 401 not signed, 503 while failures are left."""
        try:
            message = verified(self.secret, headers, body, now=time.time())
        except (SignatureInvalid, ValueError) as problem:
            self.refused.append(str(problem))
            return 401
        if self.failures_left:
            self.failures_left -= 1
            return 503
        self.messages[{name.lower(): value for name, value in headers.items()}["webhook-id"]] = message
        return 204

    def wait_for(self, count: int, *, seconds: float) -> bool:
        """Return whether so many different messages came within the time."""
        end = time.monotonic() + seconds
        while len(self.messages) < count and time.monotonic() < end:
            time.sleep(0.05)
        return len(self.messages) >= count

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.send_response(receiver.take(dict(self.headers.items()), body))
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler
