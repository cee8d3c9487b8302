"""
Which papers a kind of case needs, as dated data; pure.

Each app keeps one table beside its rules (``risk/papers.py``, ``loans/papers.py``, ``whitelist/papers.py``). A line is never taken out: it
ends, and what takes its place begins on a day. So a case asks for what its own submission day asked for, however often the table changes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredPaper:
    """
    One line: the paper's code (what files are kept under), its name, its clause, and for which cases and submission days it holds.

    ``when`` names facts of the case (category, mode, route, who hands in) with the words for which it holds; a fact not named is no matter.
    Which facts there are, each app's selector says (``FACTS``).
    ``until_on`` is the first day on which it is no longer asked for.
    """

    code: str
    name: str
    clause: str
    when: Mapping[str, Collection[str]] = field(default_factory=dict)
    from_on: date | None = None
    until_on: date | None = None

    def is_asked(self, *, on: date, facts: Mapping[str, str]) -> bool:
        """Return whether a case of these facts, submitted that day, needs it."""
        if (self.from_on is not None and on < self.from_on) or (self.until_on is not None and on >= self.until_on):
            return False
        return all(facts[name] in words for name, words in self.when.items())


def facts_named(table: Iterable[RequiredPaper]) -> list[str]:
    """Return the facts that the lines ask of a case, each once: no other needs to be known."""
    return list(dict.fromkeys(name for line in table for name in line.when))


def papers_asked(table: Iterable[RequiredPaper], *, on: date, **facts: str) -> list[RequiredPaper]:
    """Return the lines that hold for a case submitted on a day, in the order of the table. Source: D7."""
    return [line for line in table if line.is_asked(on=on, facts=facts)]


def words_of(table: Iterable[RequiredPaper]) -> list[tuple[str, tuple[str, str]]]:
    """Return the members of a list of words that holds every paper ever asked for, each once."""
    return [(code.upper(), (code, name)) for code, name in {line.code: line.name for line in table}.items()]
