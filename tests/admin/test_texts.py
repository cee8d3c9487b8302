"""Texts as they are typed and pasted: every text field of every form of the back office, freed of what nobody sees, then measured."""

import string
from copy import deepcopy
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from common.admin.forms import CodeInput, CountInput, NumberInput, StepForm
from common.texts import UNREADABLE
from tests.admin.fields import Place, places
from whitelist.admin.forms import EnterpriseByCode

NO_TEXTS = (NumberInput, CountInput)
HIDDEN = ("\x00", "\x07", "\x1b", "\x9b", "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u3164", "\U000e0041")


def texts(*widgets: type[forms.Widget]) -> list[Place]:
    """Return every field that takes text as people type it, by what it looks like."""
    found = [place for place in places() if isinstance(place.field.widget, widgets) and not isinstance(place.field, NO_TEXTS)]
    kinds = (forms.CharField, forms.RegexField)
    return [place for place in found if isinstance(place.field, kinds) and not isinstance(place.field.widget, forms.PasswordInput)]


class Walked(StepForm):
    """A form with one field of another."""

    def __init__(self, *args: Any, place: Place) -> None:
        self.place = place
        super().__init__(*args)

    def prepare(self) -> None:
        """Put the field."""
        self.fields["value"] = deepcopy(self.place.field)


def sent(place: Place, value: str) -> tuple[Any, list[str], str]:
    """Return what a form with this one field takes, with what it says and what it shows again."""
    form = Walked({"value": value}, place=place)
    if not isinstance(place.field, EnterpriseByCode):  # looks a row up
        form.is_valid()
    said = list((form._errors or {}).get("value", []))
    return getattr(form, "cleaned_data", {}).get("value", ""), said, form["value"].value()


def typed_texts() -> list[Place]:
    return texts(forms.TextInput, forms.Textarea)


def test_there_are_texts_to_walk() -> None:
    assert len(typed_texts()) > 60


@pytest.mark.parametrize("mark", HIDDEN)
def test_what_nobody_sees_is_neither_taken_nor_shown_again(mark: str) -> None:
    for place in typed_texts():
        taken, _, shown = sent(place, f"a{mark}b")
        assert UNREADABLE.isdisjoint(str(taken)), place
        assert shown.casefold() == "ab", place


def test_only_texts_of_several_lines_keep_their_lines() -> None:
    for place in texts(forms.Textarea):
        assert sent(place, "a\r\nb\rc")[2] == "a\nb\nc", place
    for place in texts(forms.TextInput):
        assert "\n" not in sent(place, "a\r\nb")[2], place


def most(place: Place) -> int | None:
    return place.field.max_length  # type: ignore[attr-defined]


def is_too_long(place: Place, value: str) -> bool:
    form = Walked({"value": value}, place=place)
    return form.has_error("value", "max_length")


@pytest.mark.parametrize("character", ["字", "\r\n", "𠮷"], ids=["plain", "line", "astral"])
def test_a_field_takes_as_many_characters_as_it_says(character: str) -> None:
    counted = [place for place in texts(forms.Textarea) if most(place)]
    assert len(counted) > 20
    for place in counted:
        longest = int(most(place) or 0)
        full = "甲" + character * (longest - 2) + "乙"
        assert not is_too_long(place, full), place
        assert is_too_long(place, full + "丙"), place


def test_no_page_cuts_what_is_pasted() -> None:
    for place in typed_texts():
        form = Walked(place=place)
        drawn = str(form["value"])
        assert "maxlength" not in drawn, place
        assert most(place) is None or f'data-most="{most(place)}"' in drawn, place


CODES = ("code", "username", "credit_code", "industry_code", "party")


def test_what_is_a_code_by_its_name_is_read_as_one() -> None:
    asked_by_rules = "calculators:"  # whose own parse reads codes, without measuring them
    named = [place for place in typed_texts() if place.name in CODES and not place.form.startswith(asked_by_rules)]
    assert len(named) > 8
    assert [str(place) for place in named if not isinstance(place.field, CodeInput)] == []


def test_a_code_is_measured_after_it_was_made_plain() -> None:
    codes = [place for place in typed_texts() if isinstance(place.field, CodeInput)]
    for place in codes:
        plain = (string.digits * 20)[: most(place) or 20]
        full = "".join(chr(ord(digit) + 0xFEE0) for digit in plain)
        assert sent(place, " \u200b".join(full))[0] == plain, place


def test_a_credit_code_pasted_in_groups_of_four_is_whole() -> None:
    for place in typed_texts():
        if place.name == "credit_code" and isinstance(place.field, CodeInput):
            assert sent(place, "9135 0581 XX00 0297 0E")[0] == "91350581XX0002970E"


def test_a_field_alone_reads_codes_too() -> None:
    with pytest.raises(ValidationError):
        CodeInput(max_length=4).clean("1 2 3 4 5")
    assert CodeInput(max_length=4).clean("１ 2 3 4") == "1234"
