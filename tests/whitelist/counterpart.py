"""A channel's side of the protocol on a real socket: checks the signature, honours the key, answers as told."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "counterpart-secret"


class Counterpart:
    """What the platform stores: each key once, with the reference it gave."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.answers: list[int | str] = []  # what to do with the next calls: a status, "hang", "silent" (200, no reference), "lose"
        self.url = ""

    def judge(self, headers: Any, body: bytes) -> tuple[int, dict[str, Any]]:
        key = headers["Idempotency-Key"]
        self.calls.append(key)
        order = self.answers.pop(0) if self.answers else 200
        if order == "hang":
            time.sleep(1.5)
        if isinstance(order, int) and order != 200:
            return order, {"detail": "told so"}
        signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(wanted, headers["Webhook-Signature"]):
            return 401, {"detail": "signature"}
        known = self.stored.setdefault(key, {"reference": f"JFY-{len(self.stored) + 1}", "body": json.loads(body)})
        if order == "lose":  # stored, and the answer lost
            return 502, {}
        return 200, {} if order == "silent" else {"reference": known["reference"]}


@contextmanager
def counterpart() -> Iterator[Counterpart]:
    """Run the counterpart on a free port of this machine."""
    platform = Counterpart()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, said = platform.judge(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(said).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                if status == 302:
                    self.send_header("Location", platform.url)
                self.end_headers()
                self.wfile.write(answer)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    platform.url = f"http://127.0.0.1:{server.server_address[1]}/whitelist"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
