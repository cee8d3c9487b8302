"""JSON that no honest program writes is refused before it costs anything."""

import pytest

from common import strict_json
from common.strict_json import MOST_DEPTH, MOST_NAMES, NotStrictJson, read_json


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"[" * 200_000, id="200,000 brackets"),
        pytest.param(b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1), id="one deeper than allowed"),
        pytest.param(b'{"a":' * (MOST_DEPTH + 1) + b"1" + b"}" * (MOST_DEPTH + 1), id="objects one deeper than allowed"),
        pytest.param(b"{" + b",".join(b'"%d":1' % i for i in range(MOST_NAMES + 1)) + b"}", id="one name too many"),
        pytest.param(b"9" * 5_000, id="a number of 5,000 digits"),
        pytest.param(b'{"a":1,"a":2}', id="a name twice"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"-Infinity", id="Infinity"),
        pytest.param(b'"\\ud800"', id="half a character"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param("﻿{}".encode(), id="a byte order mark"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_it_is_refused(content: bytes) -> None:
    with pytest.raises(NotStrictJson):
        read_json(content)


def test_too_many_values_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json.json, "loads", lambda *args, **options: pytest.fail("read"))
    with pytest.raises(NotStrictJson):
        read_json(b"[" + b"1," * 200_000 + b"1]")


def test_what_is_just_within_the_limits_is_read() -> None:
    assert read_json(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH) is not None
    assert len(read_json(b"{" + b",".join(b'"%d":1' % i for i in range(MOST_NAMES)) + b"}")) == MOST_NAMES
    assert read_json('{"用途": "购置设备", "amount": "1.00", "n": 12, "x": null}'.encode())["用途"] == "购置设备"
