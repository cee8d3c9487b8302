"""The handbooks with the numbers of the plan that holds today, as pages; and what a search finds in them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from common.searching import kind_of, words_of
from handbook.rendering import CITED, VALUE, Page, Passage, render
from handbook.sources import Handbook
from policy.selectors.register import clause_label
from policy.selectors.versions import version_on
from policy.terms.describe import parameters
from policy.terms.version import NoPolicyVersion

UNKNOWN_YET = "（以现行实施方案为准）"
MOST_FOUND = 30
_AROUND = 40  # characters shown on either side of what was found


class UnknownPlaceholder(ValueError):
    """A handbook names a parameter that no policy version has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One passage that holds what was asked: of which handbook, under which headings, and its words around the place."""

    handbook: Handbook
    passage: Passage
    excerpt: str


def page_of(handbook: Handbook, *, today: date) -> Page:
    """
    Return a handbook as a page, with the parameters of the version that answers today and its clauses in words.

    Raises:
        UnknownPlaceholder: it names a parameter that there is not.
        UnknownClause: it cites a clause that there is not.

    Source: FP 3.3; D25.
    """
    try:
        version = version_on(today)
        values = {line.path: line.shown for line in parameters(version.terms)}
    except NoPolicyVersion:
        values = {}
    return _page(filled(handbook.text, values))


def filled(text: str, values: Mapping[str, str]) -> str:
    """
    Return a text with its placeholders filled; without any version a sentence stands there instead.

    Raises:
        UnknownPlaceholder: it names a parameter that is not among the values.
        UnknownClause: it cites a clause that there is not.
    """

    def value(found: re.Match[str]) -> str:
        path = found[1]
        if values and path not in values:
            raise UnknownPlaceholder(path)
        return values.get(path, UNKNOWN_YET)

    return CITED.sub(lambda found: clause_label(found[1]), VALUE.sub(value, text))


@lru_cache(maxsize=64)
def _page(text: str) -> Page:
    return render(text)


def search(handbooks: Iterable[Handbook], asked: str, *, today: date) -> list[Found]:
    """Return the passages that hold every word asked, in either width and case; those whose heading holds them first."""
    words = words_of(asked)
    if not words:
        return []
    found = []
    for handbook in handbooks:
        for passage in page_of(handbook, today=today).passages:
            text, head = _plain(passage.text), _plain(" ".join(passage.headings))
            if all(word in text or word in head for word in words):
                missing = sum(word not in head for word in words)
                found.append((missing, Found(handbook=handbook, passage=passage, excerpt=_excerpt(passage.text, text, words[0]))))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])[:MOST_FOUND]]


def _plain(text: str) -> str:
    """Return a text as questions are spelled; it keeps its length, so that places in it are places in the text."""
    return "".join(map(kind_of, text))


def _excerpt(text: str, plain: str, word: str) -> str:
    at = max(plain.find(word), 0)
    start, end = max(at - _AROUND, 0), at + len(word) + _AROUND * 2
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
