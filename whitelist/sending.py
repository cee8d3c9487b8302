"""One call of a channel's interface: signed, with an idempotency key, never following a redirect."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests

from common.database import require_no_transaction

TIMEOUT = (5, 30)  # seconds to connect, to answer
LEASE = timedelta(minutes=5)  # longer than a call can take; after it another worker may try
MAX_ATTEMPTS = 12
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
_TRY_AGAIN = frozenset({408, 409, 425, 429})  # and every 5xx
_LONGEST_REFERENCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one call. ``reference`` set: confirmed. ``error`` set: not taken; ``is_final``: asking again is pointless."""

    reference: str = ""
    error: str = ""
    is_final: bool = False


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: doubling from one minute to six hours."""
    return min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature header: base64 HMAC-SHA256 over id, time and body, as the Standard Webhooks convention has it."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def post(*, url: str, secret_setting: str, message_id: str, body: bytes, at: datetime) -> Answer:
    """
    Send one announcement and return what the channel answered; network trouble is an answer, not an exception.

    A 2xx with ``{"reference": …}`` confirms; a 2xx without it was taken and is confirmed later. The same ``message_id`` on every
    attempt lets the receiver drop repeats.
    """
    require_no_transaction("channel")
    secret = os.environ.get(secret_setting, "")
    if not secret:
        return Answer(error=f"环境变量{secret_setting}未设置，无法签名。")
    timestamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": message_id,
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": signature(secret, message_id=message_id, timestamp=timestamp, body=body),
    }
    try:
        with requests.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False) as response:
            return _read(response)
    except requests.RequestException as problem:
        return Answer(error=f"{type(problem).__name__}：对方接口无应答。")


def _read(response: requests.Response) -> Answer:
    status = response.status_code
    if status in _TRY_AGAIN or status >= 500:
        return Answer(error=f"对方接口返回{status}，稍后重试。")
    if not 200 <= status < 300:
        return Answer(error=f"对方接口返回{status}，未接收。", is_final=True)
    try:
        said = response.json()
    except ValueError:
        return Answer()
    reference = said.get("reference") if isinstance(said, dict) else None
    return Answer(reference=str(reference)[:_LONGEST_REFERENCE]) if reference else Answer()
