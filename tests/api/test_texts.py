"""Texts that programs send: every text of every input, tried with what nobody sees; and the filters, however a number is asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework import serializers

from api.v1 import urls
from api.v1.fields import Asked, AskedText
from tests.api.bank import Stage

HIDDEN = ("\x00", "\x07", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u3164")
assert urls  # every shape is loaded


def shapes(kind: type[Asked] = Asked) -> Iterator[type[Asked]]:
    for one in kind.__subclasses__():
        yield one
        yield from shapes(one)


def texts() -> Iterator[tuple[str, serializers.CharField]]:
    for shape in shapes():
        for name, field in shape().fields.items():
            if isinstance(field, serializers.CharField) and not field.read_only:
                yield f"{shape.__name__}.{name}", field


def test_every_text_is_read_by_the_one_reader() -> None:
    free = [name for name, field in texts() if not isinstance(field, AskedText | serializers.RegexField | serializers.URLField)]
    assert free == []
    assert len(list(texts())) > 15


@pytest.mark.parametrize("mark", HIDDEN)
def test_what_nobody_sees_is_refused_by_name(mark: str) -> None:
    for name, field in texts():
        with pytest.raises(serializers.ValidationError) as refused:
            field.run_validation(f"a{mark}b")
        codes: Any = refused.value.get_codes()
        assert not isinstance(field, AskedText) or codes == ["unreadable"], name


def test_lines_are_counted_as_they_are_kept() -> None:
    field = AskedText(max_length=5)
    assert field.run_validation("a\r\nb\r\nc") == "a\nb\nc"


def test_a_number_is_found_in_either_width_and_a_code_in_groups(stage: Stage) -> None:
    loan = stage.signed()
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in loan["contract_number"].lower())
    code = stage.scene.entry.enterprise.credit_code
    grouped = "+".join(code[place : place + 4] for place in range(0, 18, 4)).lower()
    for asked in (f"contract_number={wide}", f"credit_code={grouped}"):
        assert [one["id"] for one in stage.bank.get(f"loans/?{asked}")["results"]] == [loan["id"]]
    assert stage.bank.get("loans/?contract_number=%E2%80%AEx", status=400)["errors"][0]["field"] == "contract_number"
