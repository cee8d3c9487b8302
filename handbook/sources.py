"""The handbooks as they are written: one Markdown file each under ``docs/handbook``, headed by its title, its readers and its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from parties.enums import ADMINISTRATORS, InstitutionKind

FOLDER = Path(settings.BASE_DIR) / "docs" / "handbook"
PUBLIC, ENTERPRISE, STAFF, OPERATOR = "public", "enterprise", "staff", "operator"
READERS = frozenset({PUBLIC, ENTERPRISE, STAFF, OPERATOR, *InstitutionKind.values})
_FENCE = "---\n"
STEP = re.compile(r"「([^」]+)」（([^）]+)）")
STEPS = re.compile(rf"{STEP.pattern}(?:、{STEP.pattern})*")  # what a list item begins with, if it explains steps


class BadHandbook(ValueError):
    """A file's head is missing, or says something nobody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handbook:
    """One handbook: who reads it, and its text with placeholders as they were written."""

    slug: str
    title: str
    summary: str
    readers: frozenset[str]
    place: int
    text: str


@lru_cache(maxsize=1)
def handbooks() -> tuple[Handbook, ...]:
    """
    Return all handbooks in their order; a process reads them once.

    Raises:
        BadHandbook: the head of a file is missing or names unknown readers.
    """
    found = [read(path.stem, path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.md") if path.stem != "README"]
    return tuple(sorted(found, key=lambda one: (one.place, one.slug)))


def read(slug: str, written: str) -> Handbook:
    """
    Return one handbook from its file's text.

    Raises:
        BadHandbook: the head is missing or names unknown readers.
    """
    before, fence, rest = written.partition(_FENCE)
    head, closed, text = rest.partition(f"\n{_FENCE}")
    if before or not fence or not closed:
        raise BadHandbook(f"{slug}: the file must begin with a head between two lines of ---")
    said = _head(slug, head)
    readers = frozenset(said["readers"].split())
    if not readers or not readers <= READERS:
        raise BadHandbook(f"{slug}: unknown readers {', '.join(sorted(readers - READERS)) or '(none)'}")
    return Handbook(slug=slug, title=said["title"], summary=said["summary"], readers=readers, place=int(said["place"]), text=text)


def _head(slug: str, head: str) -> Mapping[str, str]:
    said = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in head.splitlines())}
    missing = {"title", "summary", "readers", "place"} - set(said)
    if missing:
        raise BadHandbook(f"{slug}: the head lacks {', '.join(sorted(missing))}")
    return said


def readable_by(*, kind: str | None, roles: frozenset[str], is_enterprise: bool) -> tuple[Handbook, ...]:
    """
    Return the handbooks of a reader: what everybody reads, and what the work of the house and its roles needs; the own one first.

    Shapes: ``kind`` is the institution's, ``None`` for an enterprise and for who is not logged in.
    """
    mine = {PUBLIC}
    if is_enterprise:
        mine.add(ENTERPRISE)
    if kind is not None:
        mine |= {STAFF, kind}
    if kind == InstitutionKind.FUND_OFFICE or roles & set(ADMINISTRATORS):
        mine.add(OPERATOR)
    own = [one for one in handbooks() if one.readers & mine]
    return tuple(sorted(own, key=lambda one: not one.readers & (mine - {PUBLIC, STAFF})))


@lru_cache(maxsize=1)
def explained_steps() -> frozenset[str]:
    """Return the Chinese names of all steps that some handbook explains."""
    items = [head[0] for one in handbooks() for line in one.text.splitlines() if line.startswith("- ") and (head := STEPS.match(line[2:]))]
    return frozenset(label for item in items for label, _ in STEP.findall(item))
