"""
Texts as people mean them: without what nobody sees, in one of the ways in which it may be written.

One rule for forms, files and programs. People's texts are freed of it, since it came along with what they pasted; a program that sends it
is told (``is_readable``).
"""

import unicodedata

# First and last of what has no look of its own, turns the direction of reading, or is no character at all.
_RANGES = (
    (0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F),  # controls
    (0xAD, 0xAD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180E, 0x180E),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),  # without width; marks and overrides of direction
    (0x3164, 0x3164), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE00FF),
    (0xD800, 0xDFFF), (0xFDD0, 0xFDEF), (0xFFFE, 0xFFFF),  # halves of characters, and none
)  # fmt: skip
UNREADABLE = frozenset(chr(place) for first, last in _RANGES for place in range(first, last + 1))
SAYS_UNREADABLE = "文本含有不可见字符、控制字符或改变阅读方向的字符（如 U+200B、U+202E、U+0000），请删除后重新提交。"
_NEW_LINES = dict.fromkeys(map(ord, "\x0b\x0c\x85\u2028\u2029"), "\n")  # what word processors and pages break lines with
_WITHOUT = dict.fromkeys(map(ord, UNREADABLE)) | _NEW_LINES | {0xA0: " ", 0x202F: " "}
_HYPHENS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\uff0d"), "-")


def is_readable(text: str) -> bool:
    """Return whether every character of a text is seen as what it is; the ends of lines and tabs are."""
    return UNREADABLE.isdisjoint(text)


def readable(text: str) -> str:
    """Return a text of any number of lines without what nobody sees, composed, its lines ended by LF alone."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(_WITHOUT))


def paragraph(text: str) -> str:
    """Return a text of several lines as it is measured and kept: readable, without blanks around it."""
    return readable(text).strip()


def line(text: str) -> str:
    """Return a text of one line as it is measured and kept: an end of line within is a blank."""
    return readable(text).replace("\n", " ").replace("\t", " ").replace("\u3000", " ").strip()


def alike(text: str) -> str:
    """Return a name or number as it is compared, in half width and small letters; ``common.fields.TextKey`` is the same in the database."""
    return "".join(one.lower()[0] for one in unicodedata.normalize("NFKC", text))


def code(text: str) -> str:
    """Return a code or a login name as it is measured and kept: half width, one kind of hyphen, no blanks at all."""
    return "".join(unicodedata.normalize("NFKC", readable(text).translate(_HYPHENS)).split())
