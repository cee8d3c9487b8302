"""One number is one number, however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.mobiles import kept, mobile
from common.typed import Mistyped


@pytest.mark.parametrize(
    "written",
    [
        "13805950001",
        "138 0595 0001", "138-0595-0001", " 13805950001\u3000", "１３８０５９５０００１", "+86 138 0595 0001", "+8613805950001",
        "＋86 13805950001", "86-138-0595-0001", "0086 13805950001", "(+86)138 0595 0001", "（+86）13805950001", "138\u200b05950001",
        "013805950001", "138\u00a00595\u00a00001", "138－0595－0001",
    ],
)  # fmt: skip
def test_a_number_of_the_mainland_has_one_form(written: str) -> None:
    assert mobile(written) == "13805950001"


def test_a_number_from_elsewhere_keeps_its_code() -> None:
    assert {mobile(written) for written in ("+852 9123 4567", "00852-91234567", "＋852 91234567")} == {"+85291234567"}


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "12805950001",
        "1380595000",
        "138059500011",
        "0595-22345678",
        "1380595000a",
        "٣٨٠٥٩٥٠٠٠١",
        "+86 0595 22345678",
        "138+05950001",
        "+1",
    ],
)
def test_what_is_no_mobile_number_is_refused(written: str) -> None:
    with pytest.raises(Mistyped):
        mobile(written)
    assert kept(written) == written.strip()


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.lists(st.integers(0, 11)), st.sampled_from(["", "+86", "0086", "86"]))
def test_blanks_and_prefix_say_nothing(number: str, places: list[int], prefix: str) -> None:
    written = number
    for place in sorted(places, reverse=True):
        written = f"{written[:place]} {written[place:]}"
    assert mobile(f"{prefix}{written}") == number == mobile(number)
