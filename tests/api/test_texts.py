"""Texts that programs send: every text of every input, tried with what nobody sees; and the filters, however a number is asked."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django_filters import CharFilter
from rest_framework import serializers

from api.filters import Filters, TextFilter
from api.v1 import urls
from api.v1.fields import Asked, AskedText
from tests.api.bank import Stage

HIDDEN = ("\x00", "\x07", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u3164")
assert urls  # every shape is loaded


def all_of(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from all_of(one)


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
    assert stage.bank.get("loans/?contract_number=%E2%80%AE%E2%80%8B", status=400)["errors"][0]["field"] == "contract_number"


def wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text.lower())


def test_every_filter_by_a_text_asks_as_every_search_does() -> None:
    filters = [(shape, name, one) for shape in all_of(Filters) for name, one in shape.base_filters.items()]
    free = [f"{shape.__name__}.{name}" for shape, name, one in filters if type(one) is CharFilter]
    assert free == []
    assert len([one for _, _, one in filters if isinstance(one, TextFilter)]) > 20


def test_an_own_number_is_found_however_it_is_asked(stage: Stage) -> None:
    drafted = stage.drafted(bank_reference="QZ-2024/7a")
    named = stage.drafted(bank_reference="ｑｚ－2024／7A")
    assert named["id"] == drafted["id"]  # one number, one application
    loan = stage.signed()
    stage.bank.post(f"loans/{loan['id']}/reference/", {"bank_reference": "DK-1b"})
    for asked, kind, wanted in (
        ("QZ-2024/7a", "applications", drafted["id"]),
        (drafted["number"], "applications", drafted["id"]),
        ("DK-1b", "loans", loan["id"]),
    ):
        name = "number" if asked == drafted["number"] else "bank_reference"
        for written in (asked, wide(asked), f"\u200b{asked} \u202e"):
            found = stage.bank.get(f"{kind}/?{name}={quote(written)}")["results"]
            assert [one["id"] for one in found] == [wanted], (kind, written)
    assert stage.bank.get(f"applications/?number={quote(chr(0))}x", status=400)["errors"][0]["field"] == "number"
    assert stage.other.get("loans/?bank_reference=DK-1b")["results"] == []


def test_a_year_is_asked_in_plain_digits(stage: Stage) -> None:
    assert stage.bank.get("settlements/?year=2024")["results"] == []
    for written in ("٢٠٢٤", "２０２４", "2024.0", "2e3", " 2024"):
        assert stage.bank.get(f"settlements/?year={quote(written)}", status=400)["errors"][0]["field"] == "year"
