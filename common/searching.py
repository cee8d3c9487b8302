"""
Words to look for, asked in every way in which a text may hold them.

What is stored was made readable when it came in (``common.texts``) and stays as its writer wrote it, brackets and width included. So the
question is what is spread out: each character stands for all that are the same to people, in either width and case, with whatever
nobody sees between them.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Q

from common.texts import UNREADABLE, line

LONGEST = 200  # characters of one question
_ALIKE = ("·•・‧∙⋅.。ㆍ᛫", "([{〔【〖［", ")]}〕】〗］", "-‐‑‒–—―−", "'‘’", '"“”', "×xX✕")
_LAST = 0xFFFF


def found_in(fields: Iterable[str], asked: str) -> Q:
    """Return the condition that each word of a question stands in one of the fields; no word at all lets everything pass."""
    condition = Q()
    for word in words_of(asked):
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__regex": pattern_of(word)})
        condition &= anywhere
    return condition


def is_the_same(field: str, asked: str) -> Q:
    """Return the condition that a field holds a text, in whatever way it is written."""
    return Q(**{f"{field}__regex": f"^{pattern_of(''.join(words_of(asked)))}$"})


def words_of(asked: str) -> list[str]:
    """Return the words of a question, each character as its kind is named."""
    plain = unicodedata.normalize("NFKC", line(asked)[:LONGEST])
    return ["".join(map(kind_of, word)) for word in plain.split()]


def pattern_of(word: str) -> str:
    """Return PostgreSQL's pattern for a word; every character is written by its number, so that none has a meaning there."""
    return f"{_gap()}*".join(_class({kind, *_kinds()[kind]}) for kind in word)


def kind_of(character: str) -> str:
    """Return the one character that stands for all that people take for the same."""
    plain = unicodedata.normalize("NFKC", character)
    plain = plain.lower() if len(plain) == len(plain.lower()) == 1 else character
    return next((alike[0] for alike in _ALIKE if plain in alike), plain)


@lru_cache(maxsize=1)
def _kinds() -> dict[str, set[str]]:
    """Return for each character the others of its kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for place in range(0x21, _LAST + 1):
        character = chr(place)
        if not 0xD800 <= place <= 0xDFFF and (kind := kind_of(character)) != character:
            found[kind].add(character)
    return found


@lru_cache(maxsize=1)
def _gap() -> str:
    return _class({one for one in UNREADABLE if 0 < ord(one) <= _LAST and not 0xD800 <= ord(one) <= 0xDFFF} | set(" \t\n\u00a0\u3000"))


def _class(characters: Iterable[str]) -> str:
    """Return a bracket expression, with neighbours as ranges."""
    places = sorted(map(ord, characters))
    parts, first = [], 0
    for after, place in enumerate(places, start=1):
        if after < len(places) and places[after] == place + 1:
            continue
        parts.append(_numbered(places[first]) + (f"-{_numbered(place)}" if after - 1 > first else ""))
        first = after
    return f"[{''.join(parts)}]"


def _numbered(place: int) -> str:
    return f"\\u{place:04x}" if place <= _LAST else f"\\U{place:08x}"
