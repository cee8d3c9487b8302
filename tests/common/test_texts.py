"""One rule for what nobody sees in a text."""

import unicodedata

import pytest

from common import texts

SEEN = "泉工信〔2026〕12号 Fujian-1 «é» · 𠮷😀\n\t　第二段"


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\ufeff", "\x00", "\x07", "\x9f", "\u2066", "\u3164", "\U000e0041", "\ud800"])
def test_what_nobody_sees_is_told_and_taken_out(mark: str) -> None:
    assert not texts.is_readable(f"嘉达{mark}服饰")
    assert texts.readable(f"嘉达{mark}服饰") == "嘉达服饰"


def test_every_control_and_every_mark_of_format_is_unreadable_but_those_that_are_seen() -> None:
    seen = {"\t", "\n", "\r", "\x0b", "\x0c", "\x85"}
    arabic_and_the_like = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    hidden = {chr(one) for one in range(0x30000) if unicodedata.category(chr(one)) in ("Cc", "Cf")}
    egyptian = {chr(one) for one in range(0x13430, 0x13460)}
    assert hidden - texts.UNREADABLE - seen - set(map(chr, arabic_and_the_like)) - egyptian == set()


def test_what_is_seen_stays() -> None:
    assert texts.is_readable(SEEN)
    assert texts.readable(SEEN) == SEEN


def test_lines_end_alike_however_they_were_ended() -> None:
    assert texts.readable("一\r\n二\r三\x0b四\u2028五") == "一\n二\n三\n四\n五"
    assert texts.line(" 一\r\n二\u3000三\xa0") == "一 二 三"


@pytest.mark.parametrize("typed", ["9135 0581 XX00 0297 0E", "９１３５０５８１ＸＸ０００２９７０Ｅ", "\u200b91350581XX0002970E\u202c "])
def test_a_code_is_one_code(typed: str) -> None:
    assert texts.code(typed) == "91350581XX0002970E"


def test_every_hyphen_of_a_code_is_the_plain_one() -> None:
    assert texts.code("2026–350500－27‐03—A") == "2026-350500-27-03-A"
