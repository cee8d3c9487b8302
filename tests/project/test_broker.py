"""What lies in a queue and is no message of ours is set aside; the worker goes on with the next."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu import Connection, Queue
from redis import Redis
from structlog.testing import capture_logs

from quanzhou_fund.broker import MOST_SET_ASIDE, SET_ASIDE, is_message, set_aside
from quanzhou_fund.embedded.valkey import Valkey

OURS: dict[str, Any] = {
    "body": b64encode(b"[[], {}, {}]").decode(),
    "content-type": "application/json",
    "content-encoding": "utf-8",
    "headers": {"task": "audit.tasks.seal_events", "id": "1"},
    "properties": {
        "body_encoding": "base64",
        "delivery_tag": "tag",
        "delivery_info": {"exchange": "", "routing_key": "money"},
    },
}
FOREIGN = [
    pytest.param(b"\xff\x00 no text", id="bytes"),
    pytest.param(b"plain words", id="words"),
    pytest.param(b"[1, 2]", id="a list"),
    pytest.param(b'"text"', id="a text"),
    pytest.param(b"{}", id="nothing in it"),
    pytest.param(b"[" * 100_000, id="nested without end"),
    pytest.param(json.dumps(OURS | {"body": "=not base64="}).encode(), id="a body nobody can decode"),
    pytest.param(json.dumps(OURS | {"properties": None}).encode(), id="no properties"),
    pytest.param(json.dumps(OURS | {"properties": {"body_encoding": "base64", "delivery_tag": "t"}}).encode(), id="no place"),
]


@pytest.mark.parametrize("raw", FOREIGN)
def test_what_is_no_message(raw: bytes) -> None:
    assert not is_message(raw)


def test_what_is_one() -> None:
    assert is_message(json.dumps(OURS).encode())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    valkey = Valkey(tmp_path, durable=False)
    client = Redis.from_url(valkey.start())
    yield client
    client.close()
    valkey.stop()


def test_a_consumer_passes_over_it_and_takes_the_next(server: Redis) -> None:
    """Celery's consumer ends for good on what raises here; the queue behind it is then nobody's."""
    kept = server.connection_pool.connection_kwargs
    url = f"redis://:{kept['password']}@{kept['host']}:{kept['port']}/0"
    app = Celery(broker=url, set_as_current=False, broker_transport="quanzhou_fund.broker:Transport")
    for parameters in FOREIGN:
        server.lpush("money", parameters.values[0])
    server.lpush("money", json.dumps(OURS))
    seen: list[Any] = []

    def take(body: Any, message: Any) -> None:
        seen.append(message.headers["task"])
        message.ack()

    line: Connection
    with capture_logs() as said, app.connection_for_read() as line, line.Consumer([Queue("money")], callbacks=[take], accept=["json"]):
        for _ in range(3 * len(FOREIGN)):
            if seen:
                break
            try:
                line.drain_events(timeout=0.5)
            except TimeoutError:
                continue
    assert seen == ["audit.tasks.seal_events"]
    assert server.llen(SET_ASIDE) == len(FOREIGN)
    assert {line["event"] for line in said} == {"queue_message_set_aside"}


def test_no_more_than_a_thousand_are_kept(server: Redis) -> None:
    server.rpush(SET_ASIDE, *[b"x"] * MOST_SET_ASIDE)
    set_aside(server, queue=b"money", raw=b"newest")
    assert server.llen(SET_ASIDE) == MOST_SET_ASIDE
    assert server.lindex(SET_ASIDE, 0) == b"newest"
