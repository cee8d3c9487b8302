"""The receiver believes only what is signed and fresh, as the product's own signer signs."""

import base64
import json
from datetime import UTC, datetime

import pytest
import requests
from standardwebhooks import Webhook

from simulator.webhooks import Receiver, SignatureInvalid, verified

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
BODY = json.dumps({"type": "loan.drawn", "data": {}})
NOW = datetime(2024, 6, 24, 4, 0, tzinfo=UTC)


def headers(at: datetime = NOW, body: str = BODY, secret: str = SECRET) -> dict[str, str]:
    signature = Webhook(secret).sign(msg_id="e1", timestamp=at, data=body)
    return {"webhook-id": "e1", "webhook-timestamp": str(int(at.timestamp())), "Webhook-Signature": signature}


def test_a_signed_message_is_read() -> None:
    assert verified(SECRET, headers(), BODY.encode(), now=NOW.timestamp()) == json.loads(BODY)
    older = {**headers(), "Webhook-Signature": "v1,AAAA " + headers()["Webhook-Signature"]}
    assert verified(SECRET, older, BODY.encode(), now=NOW.timestamp())


@pytest.mark.parametrize(
    ("given", "body", "later"),
    [
        pytest.param(headers(), BODY.replace("drawn", "repaid"), 0, id="changed body"),
        pytest.param(headers() | {"webhook-id": "e2"}, BODY, 0, id="changed id"),
        pytest.param(headers(), BODY, 301, id="too old"),
        pytest.param(headers(), BODY, -301, id="from the future"),
        pytest.param(headers(secret="whsec_" + base64.b64encode(b"another").decode()), BODY, 0, id="another secret"),
        pytest.param({}, BODY, 0, id="no headers"),
        pytest.param(headers() | {"Webhook-Signature": "v1,é"}, BODY, 0, id="no ASCII"),
    ],
)
def test_anything_else_is_not(given: dict[str, str], body: str, later: int) -> None:
    with pytest.raises(SignatureInvalid):
        verified(SECRET, given, body.encode(), now=NOW.timestamp() + later)


def test_the_receiver_fails_when_told_then_takes_each_message_once() -> None:
    with Receiver(failures_first=1) as receiver:
        receiver.secret = SECRET
        sent = headers(at=datetime.now(UTC))
        answers = [requests.post(receiver.url, data=BODY, headers=sent, timeout=10).status_code for _ in range(3)]
        assert answers == [503, 204, 204]
        assert requests.post(receiver.url, data="{}", headers=sent, timeout=10).status_code == 401
        assert receiver.wait_for(1, seconds=1)
    assert (len(receiver.messages), receiver.refused) == (1, ["signature"])
