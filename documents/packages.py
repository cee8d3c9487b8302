"""
What a ZIP package says it is: by the type it declares for its main part, as its readers look for it, not by the main part's usual name.

Names of parts are the same in either case and with either slash. Where a package declares nothing that can be read, the usual names decide.
"""

import posixpath
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from zipfile import ZipFile, ZipInfo

from tables.markup import each_start
from tables.package import opened, pieces
from tables.refused import Refused

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFD = "application/ofd"
MAX_ENTRIES = 5_000  # an OFD has some files per page
_MAIN_TYPES = {f"{media_type}.main+xml": media_type for media_type in (DOCX, XLSX)}
_USUAL = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ofd.xml", OFD))
_MAIN = "/relationships/officedocument"
_MOST = 1024 * 1024  # bytes of a declaration; those of documents with thousands of parts stay below
_MACROS = ("vbaproject", "macroenabled")


@dataclass(slots=True)
class Declared:
    """What ``[Content_Types].xml`` and ``_rels/.rels`` say, in lower case."""

    types: dict[str, str] = field(default_factory=dict)  # by part
    defaults: dict[str, str] = field(default_factory=dict)  # by ending
    mains: list[str] = field(default_factory=list)

    def type_of(self, part: str) -> str:
        """Return the type declared for a part, nothing for none."""
        return self.types.get(part) or self.defaults.get(PurePosixPath(part).suffix.removeprefix("."), "")


def package_type(content: bytes) -> str | None:
    """Return the accepted media type of a package, ``None`` for any other, for one with macros, and for one that the guard refuses."""
    try:
        with opened(content, most=MAX_ENTRIES) as package:
            parts = {_part(entry.filename): entry for entry in package.infolist()}
            return _type_of(parts, _declared(package, parts))
    except Refused:
        return None


def _type_of(parts: dict[str, ZipInfo], declared: Declared) -> str | None:
    said = [*parts, *declared.types.values(), *declared.defaults.values()]
    if any(mark in one for one in said for mark in _MACROS):
        return None
    mains = [part for part in declared.mains if part in parts and declared.type_of(part)]
    if mains:
        return _MAIN_TYPES.get(declared.type_of(mains[0]))
    kinds = {_MAIN_TYPES[kind] for part, kind in declared.types.items() if kind in _MAIN_TYPES and part in parts}
    if len(kinds) == 1:
        return kinds.pop()
    return next((media_type for part, media_type in _USUAL if part in parts), None)


def _declared(package: ZipFile, parts: dict[str, ZipInfo]) -> Declared:
    """Return what the package declares; nothing of what cannot be read."""
    declared = Declared()

    def start(tag: str, given: dict[str, str]) -> None:
        if tag == "Override":
            declared.types[_part(given.get("PartName", ""))] = given.get("ContentType", "").strip().lower()
        elif tag == "Default":
            declared.defaults[given.get("Extension", "").lower()] = given.get("ContentType", "").strip().lower()
        elif tag == "Relationship" and given.get("Type", "").lower().endswith(_MAIN) and given.get("TargetMode") != "External":
            declared.mains.append(_part(given.get("Target", "")))

    for place in ("[content_types].xml", "_rels/.rels"):
        entry = parts.get(place)
        if entry is None or entry.file_size > _MOST:
            continue
        try:
            each_start(pieces(package, entry), start)
        except Refused:
            continue
    return declared


def _part(name: str) -> str:
    """Return a part's name as names are compared."""
    return posixpath.normpath(posixpath.join("/", name.replace("\\", "/"))).lstrip("/").lower()
