"""XML read piece by piece, without document types, without entities, without endless tags."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from tables import limits
from tables.refused import Refused

Start = Callable[[str, dict[str, str]], None]
_PIECE = 64 * limits.KIB
_IS_UTF_8 = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?!\?xml)|(?:\xef\xbb\xbf)?<\?xml[^>]*?(?:encoding=[\"'](?i:utf-8)[\"'][^>]*)?\?>")
_TAG = re.compile(rb"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_NO_MEMORY = 1  # XML_ERROR_NO_MEMORY
_FAULTS = (ExpatError, ParseError, LookupError, ValueError)


class LocalNames(dict[str, str]):
    """Names without namespace or prefix, each worked out once."""

    def __missing__(self, name: str) -> str:
        local = name.rpartition("}")[2].rpartition(":")[2]
        if len(self) < limits.ENTRIES:
            self[name] = local
        return local


def each_start(pieces: Iterable[bytes], start: Start) -> None:
    """
    Call ``start`` with local name and attributes of every element.

    Raises:
        Refused: not XML, or XML with what no spreadsheet program writes.
    """
    guard, names = _guard(), LocalNames()
    guard.StartElementHandler = lambda name, given: start(names[name], given)
    try:
        for _ in _guarded(pieces, guard):
            pass
    except _FAULTS as fault:
        raise _named(fault) from None


def each_end(pieces: Iterable[bytes]) -> Iterator[Element]:
    """
    Yield every element when it ends, children first; whoever is through with one clears it.

    Raises:
        Refused: not XML, or XML with what no spreadsheet program writes.
    """
    guard, builder = _guard(), XMLPullParser(events=("end",))  # type: ignore[var-annotated]
    try:
        for piece in _guarded(pieces, guard):
            builder.feed(piece)
            yield from _ended(builder)
        builder.close()
        yield from _ended(builder)
    except _FAULTS as fault:
        raise _named(fault) from None


def each_place(content: bytes, start: Callable[[str, str, dict[str, str], int], None], end: Callable[[str, int], None]) -> None:
    """
    Call ``start`` with local and written name, attributes and place of every element, and ``end`` with local name and place of its end.

    A place is the number of the byte where the tag begins; that of an empty element's end is where its one tag begins.

    Raises:
        Refused: not XML in UTF-8, or XML with what no spreadsheet program writes.
    """
    if not _IS_UTF_8.match(content):
        raise Refused("FileDamaged")
    guard, names, opened = _guard(), LocalNames(), -1

    def begin(name: str, given: dict[str, str]) -> None:
        nonlocal opened
        opened = guard.CurrentByteIndex
        start(names[name], name, given, opened)

    def finish(name: str) -> None:
        nonlocal opened
        is_empty = opened >= 0 and tag_at(content, opened).endswith(b"/>")
        end(names[name], opened if is_empty else guard.CurrentByteIndex)  # the parser stands behind the tag of an empty element
        opened = -1

    guard.StartElementHandler, guard.EndElementHandler = begin, finish
    try:
        for _ in _guarded((content[at : at + _PIECE] for at in range(0, len(content), _PIECE)), guard):
            pass
    except _FAULTS as fault:
        raise _named(fault) from None


def tag_at(content: bytes, at: int) -> bytes:
    """
    Return the tag that begins at a place.

    Raises:
        Refused: none does.
    """
    found = _TAG.match(content, at)
    if found is None:
        raise Refused("FileDamaged")
    return found[0]


def _ended(builder: Any) -> Iterator[Element]:
    return (element for _, element in builder.read_events())


def _named(fault: Exception) -> Exception:
    """Return what a fault of the parser means: damaged, or no memory left for the rest."""
    return MemoryError() if getattr(fault, "code", None) == _NO_MEMORY else Refused("FileDamaged")


def _guard() -> XMLParserType:
    """Return the parser that sees every byte first and knows no document type."""
    parser = ParserCreate(intern={})
    parser.StartDoctypeDeclHandler = _refuse_type
    parser.EntityDeclHandler = _refuse_type
    parser.ExternalEntityRefHandler = _refuse_type
    return parser


def _guarded(pieces: Iterable[bytes], guard: XMLParserType) -> Iterator[bytes]:
    fed = 0
    for piece in pieces:
        guard.Parse(piece, False)
        fed += len(piece)
        if fed - guard.CurrentByteIndex > limits.TOKEN_BYTES:
            raise Refused("MarkupRefused", what="标记过长")
        yield piece
    guard.Parse(b"", True)


def _refuse_type(*_args: object) -> int:
    raise Refused("MarkupRefused", what="文档类型或实体定义")
