"""
The same workbook with faulty cells marked and the reason at the end of their row: in the child, by changing bytes where they stand.

Only the parts of the sheets concerned and of the styles are written anew; everything else of the package stays as it is.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from tables import limits, package
from tables.markup import each_place, tag_at
from tables.package import pieces
from tables.refused import Refused
from tables.workbook import as_count, part_of, read_workbook, styles_part
from tables.worksheet import Columns, letters_of

_STYLE, _SPANS = re.compile(rb"\ss=(?:\"\d*\"|'\d*')"), re.compile(rb"\sspans=(?:\"[^\"]*\"|'[^']*')")
_FILL_ID, _APPLY = re.compile(rb"\sfillId=(?:\"\d*\"|'\d*')"), re.compile(rb"\sapplyFill=(?:\"[^\"]*\"|'[^']*')")
_COUNT = re.compile(rb"\scount=(?:\"\d*\"|'\d*')")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLOUR = b"FFFFC7CE"


class Mark(NamedTuple):
    """One row to mark: which columns of it (from 0), and what is said at its end."""

    row: int
    columns: tuple[int, ...]
    reason: str


class Edit(NamedTuple):
    """Bytes to put in the place of others."""

    start: int
    end: int
    new: bytes


class Answer(Protocol):
    """Takes what is written."""

    def file(self, content: bytes) -> None:
        """Take a file."""


def mark(task: bytes, answer: Answer) -> None:
    """
    Give the marked workbook to ``answer``; a task is a line of JSON (by sheet: row, columns, reason of each mark) and the workbook.

    Raises:
        Refused.
    """
    line, _, content = task.partition(b"\n")
    told = json.loads(line)
    answer.file(
        marked(content, {name: [Mark(row, tuple(columns), reason) for row, columns, reason in rows] for name, rows in told.items()})
    )


def marked(content: bytes, marks: Mapping[str, Sequence[Mark]]) -> bytes:
    """
    Return a workbook with the rows of its sheets marked, by the sheet's name.

    Raises:
        Refused: it is not written as spreadsheet programs write; nothing is guessed.
    """
    with package.opened(content) as opened:
        book = read_workbook(opened)
        place = styles_part(opened)
        styles = Styles(_whole(opened, place))
        changed: dict[str, bytes] = {}
        for sheet in book.sheets:
            if sheet.name in marks and not sheet.is_hidden:
                changed[sheet.part] = _marked_sheet(_whole(opened, sheet.part), {mark.row: mark for mark in marks[sheet.name]}, styles)
        return _packed(opened, changed | {place: styles.written()})


class Styles:
    """The styles of a workbook, to which filled copies of some are added."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._fills = _Element(content, "fills")
        self._cells = _Element(content, "cellXfs")
        self._own = self._cells.children
        self._new: dict[int, int] = {}  # number of a style, and of its filled copy

    def filled(self, style: int) -> int:
        """Return the number of the filled copy of a style."""
        if style >= len(self._own):
            raise Refused("FileDamaged")
        return self._new.setdefault(style, len(self._own) + len(self._new))

    def written(self) -> bytes:
        """Return the part with what was added."""
        pattern = b'<%(p)spatternFill patternType="solid"><%(p)sfgColor rgb="%(c)s"/><%(p)sbgColor indexed="64"/></%(p)spatternFill>'
        fill = (b"<%(p)sfill>" + pattern + b"</%(p)sfill>") % {b"p": self._fills.prefix, b"c": _COLOUR}
        copies = b"".join(self._copy(style, len(self._fills.children)) for style in self._new)
        edits = [*self._fills.appended(fill, 1), *self._cells.appended(copies, len(self._new))]
        return _edited(self.content, edits)

    def _copy(self, style: int, fill: int) -> bytes:
        start, end = self._own[style]
        tag = tag_at(self.content, start)
        changed = _APPLY.sub(b"", _FILL_ID.sub(b"", tag))
        close = b"/>" if changed.endswith(b"/>") else b">"
        return changed.removesuffix(close) + b' fillId="%d" applyFill="1"' % fill + close + self.content[start + len(tag) : end]


class _Element:
    """The first element of a name, with the places of its children."""

    def __init__(self, content: bytes, name: str) -> None:
        self.content, self.children = content, list[tuple[int, int]]()
        self.start = self.end = -1
        self.prefix = b""
        depth, opened = 0, -1

        def start(tag: str, qualified: str, _given: Mapping[str, str], at: int) -> None:
            nonlocal depth, opened
            if self.start < 0 and tag == name:
                self.start, depth = at, 0
                self.prefix = qualified.removesuffix(tag).encode()
            elif self.start >= 0 and self.end < 0:
                opened = at if depth == 0 else opened
                depth += 1

        def end(tag: str, at: int) -> None:
            nonlocal depth
            if self.start < 0 or self.end >= 0:
                return
            if depth == 0:
                self.end = at
                return
            depth -= 1
            if depth == 0:
                self.children.append((opened, at + len(tag_at(content, at))))

        each_place(content, start, end)
        if self.end <= self.start:  # none, or one without anything in it
            raise Refused("FileDamaged")

    def appended(self, new: bytes, count: int) -> list[Edit]:
        """Return what adds children at its end."""
        tag = tag_at(self.content, self.start)
        counted = _COUNT.sub(b' count="%d"' % (len(self.children) + count), tag)
        return [Edit(self.start, self.start + len(tag), counted), Edit(self.end, self.end, new)]


@dataclass(slots=True)
class _Row:
    number: int
    start: int
    end: int = -1  # where its last cell ends
    cells: dict[int, tuple[int, int]] = field(default_factory=dict)  # column: where the cell begins, its style


def _marked_sheet(content: bytes, marks: Mapping[int, Mark], styles: Styles) -> bytes:
    rows, width, dimension, prefix = _rows(content, marks)
    column = width + 1
    if column >= limits.COLUMNS:
        raise Refused("TooManyCells", what="列数过多")
    edits = [Edit(*dimension, b"")] if dimension is not None else []
    for row in rows:
        edits += _row_edits(content, row, marks[row.number], column, prefix, styles)
    return _edited(content, edits)


def _rows(content: bytes, wanted: Mapping[int, Mark]) -> tuple[list[_Row], int, tuple[int, int] | None, bytes]:
    """Return the rows to mark, the last column of the sheet, where its dimension stands, and the prefix of its names."""
    columns, rows, width = Columns(), list[_Row](), 0
    dimension: tuple[int, int] | None = None
    prefix, inside = b"", False

    def start(tag: str, qualified: str, given: Mapping[str, str], at: int) -> None:
        nonlocal width, dimension, prefix, inside
        if tag == "row":
            number, inside = as_count(given.get("r")), True
            prefix = qualified.removesuffix(tag).encode()
            rows.append(_Row(number, at))
        elif tag == "c" and inside:
            place = columns[given.get("r", "").rstrip("0123456789")]
            width = max(width, place)
            rows[-1].cells[place] = (at, as_count(given.get("s", "0")))
        elif tag == "dimension":
            dimension = (at, at + len(tag_at(content, at)))

    def end(tag: str, at: int) -> None:
        nonlocal inside
        if tag == "c" and inside:
            rows[-1].end = at + len(tag_at(content, at))
        elif tag == "row":
            inside = False
            if rows[-1].number not in wanted or rows[-1].end < 0:
                rows.pop()

    each_place(content, start, end)
    return rows, width, dimension, prefix


def _row_edits(content: bytes, row: _Row, mark: Mark, column: int, prefix: bytes, styles: Styles) -> list[Edit]:
    tag = tag_at(content, row.start)
    edits = [Edit(row.start, row.start + len(tag), _SPANS.sub(b"", tag))]
    present = sorted(row.cells)
    for place in sorted(mark.columns):
        if place in row.cells:
            at, style = row.cells[place]
            cell = tag_at(content, at)
            close = b"/>" if cell.endswith(b"/>") else b">"
            edits.append(Edit(at, at + len(cell), _STYLE.sub(b"", cell).removesuffix(close) + b' s="%d"' % styles.filled(style) + close))
        else:
            after = bisect_left(present, place)
            at = row.cells[present[after]][0] if after < len(present) else row.end
            name = f"{letters_of(place)}{row.number}".encode()
            edits.append(Edit(at, at, b'<%sc r="%s" s="%d"/>' % (prefix, name, styles.filled(0))))
    said = _NOT_XML.sub("", mark.reason)[: limits.CELL_TEXT].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
    name = f"{letters_of(column)}{row.number}".encode()
    given = {b"p": prefix, b"n": name, b"s": styles.filled(0), b"t": said}
    reason = b'<%(p)sc r="%(n)s" s="%(s)d" t="inlineStr"><%(p)sis><%(p)st xml:space="preserve">%(t)s</%(p)st></%(p)sis></%(p)sc>' % given
    return [*edits, Edit(row.end, row.end, reason)]


def _edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):  # stable: what is put in at one place stays in its order
        parts += [content[at : edit.start], edit.new]
        at = edit.end
    return b"".join([*parts, content[at:]])


def _whole(opened: ZipFile, part: str) -> bytes:
    content = b"".join(part_of(opened, part))
    if len(content) > limits.MARKED_BYTES:
        raise Refused("FileTooLarge", what=f"超过 {limits.MARKED_BYTES // limits.MIB} MB")
    return content


def _packed(opened: ZipFile, changed: Mapping[str, bytes]) -> bytes:
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as written:
        for entry in opened.infolist():
            new = changed.get(entry.filename)
            written.writestr(entry.filename, b"".join(pieces(opened, entry)) if new is None else new)
    return held.getvalue()
