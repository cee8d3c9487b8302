"""What an xlsx says of itself beside its sheets: which there are, the texts they share, how numbers are shown."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from tables import limits
from tables.markup import LocalNames, each_end, each_start
from tables.package import pieces
from tables.refused import Refused

_RELATION = re.compile(r"/relationships/(\w+)$")
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})  # built in, with those of Chinese programs
_BUILT_IN = {9: "0%", 10: "0.00%", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 11: "0.00E+00", 49: "@"}
_BUILT_IN |= {16: "d-mmm", 17: "mmm-yy"}  # days without year, months without day; the others in Chinese programs
_BUILT_IN |= dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"') | dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"')
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FALSE = frozenset({"0", "false", "off"})


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of the workbook: its name, where it lies in the package, whether people see it."""

    name: str
    part: str
    is_hidden: bool


@dataclass(slots=True)
class Workbook:
    """What all sheets stand on. ``formats`` is the number format per style, ``dates`` the styles that show a day."""

    sheets: list[SheetPart] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    dates: frozenset[int] = frozenset()
    starts_1904: bool = False


def read_workbook(package: ZipFile) -> Workbook:
    """
    Return the workbook without its cells.

    Raises:
        Refused.
    """
    main = _main(package)
    related = list(_relations(package, main))
    by_id = {key: (kind, part) for kind, key, part in related}
    book = Workbook()
    _read_main(package, main, by_id, book)
    for kind, _, part in related:
        if kind == "sharedStrings":
            book.shared = _read_shared(package, part)
        elif kind == "styles":
            book.formats, book.dates = _read_styles(package, part)
    return book


def styles_part(package: ZipFile) -> str:
    """
    Return the part that holds the styles.

    Raises:
        Refused: there is none.
    """
    found = next((part for kind, _, part in _relations(package, _main(package)) if kind == "styles"), None)
    if found is None:
        raise Refused("FileDamaged")
    return found


def part_of(package: ZipFile, name: str) -> Iterable[bytes]:
    """
    Return the pieces of a part.

    Raises:
        Refused: the package has no such part.
    """
    try:
        return pieces(package, package.getinfo(name))
    except KeyError:
        raise Refused("FileDamaged") from None


def is_on(value: str | None) -> bool:
    """Return whether an attribute of yes or no says yes."""
    return value is not None and value.lower() not in _FALSE


def as_count(written: str | None) -> int:
    """
    Return a whole number of at most eight digits.

    Raises:
        Refused: it is none.
    """
    if written is None or len(written) > 8 or not (written.isascii() and written.isdigit()):
        raise Refused("FileDamaged")
    return int(written)


def unescaped(text: str) -> str:
    """Return a text with the characters that XML cannot hold (``_x000D_``)."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _main(package: ZipFile) -> str:
    return next((part for kind, _, part in _relations(package, "") if kind == "officeDocument"), "xl/workbook.xml")


def _relations(package: ZipFile, of: str) -> list[tuple[str, str, str]]:
    """Return kind, key and part of what a part refers to inside the package."""
    folder, name = posixpath.split(of)
    place = posixpath.join(folder, "_rels", f"{name}.rels")
    found: list[tuple[str, str, str]] = []
    if place not in package.namelist():
        return found

    def start(tag: str, given: dict[str, str]) -> None:
        kind = _RELATION.search(given.get("Type", ""))
        if tag == "Relationship" and kind is not None and given.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/")
            found.append((kind[1], given.get("Id", ""), target))
            if len(found) > limits.ENTRIES:
                raise Refused("PackageSuspicious", what="内部引用过多")

    each_start(part_of(package, place), start)
    return found


def _read_main(package: ZipFile, main: str, by_id: dict[str, tuple[str, str]], book: Workbook) -> None:
    def start(tag: str, given: dict[str, str]) -> None:
        if tag == "workbookPr":
            book.starts_1904 = is_on(given.get("date1904"))
        elif tag == "sheet":
            key = next((value for name, value in given.items() if name.rpartition(":")[2] == "id"), "")
            kind, part = by_id.get(key, ("", ""))
            if kind == "worksheet":
                book.sheets.append(SheetPart(given.get("name", "")[:100], part, given.get("state", "visible") != "visible"))
            if len(book.sheets) > limits.SHEETS:
                raise Refused("TooManyCells", what=f"工作表超过 {limits.SHEETS} 个")

    each_start(part_of(package, main), start)
    if not book.sheets:
        raise Refused("FileDamaged")


def _read_shared(package: ZipFile, part: str) -> list[str]:
    shared: list[str] = []
    names, total = LocalNames(), 0
    for element in each_end(part_of(package, part)):
        if names[element.tag] != "si":
            continue
        text = rich_text(element, names)
        element.clear()
        shared.append(text)
        total += len(text)
        if total > limits.TEXT or len(shared) > limits.STRINGS:
            raise Refused("TooManyCells", what="共用文本过多")
    return shared


def rich_text(element: Element, names: LocalNames) -> str:
    """Return the text of a string that may be in runs, without the reading aids beside it."""
    parts: list[str] = []
    for child in element:
        tag = names[child.tag]
        if tag == "t":
            parts.append(child.text or "")
        elif tag == "r":
            parts += (run.text or "" for run in child if names[run.tag] == "t")
    return unescaped("".join(parts))


def _read_styles(package: ZipFile, part: str) -> tuple[list[str], frozenset[int]]:
    own: dict[int, str] = {}
    styles: list[int] = []
    names = LocalNames()
    for element in each_end(part_of(package, part)):
        tag = names[element.tag]
        if tag == "numFmt":
            own[as_count(element.get("numFmtId"))] = element.get("formatCode", "")[:255]
        elif tag == "cellXfs":
            styles += (as_count(style.get("numFmtId", "0")) for style in element if names[style.tag] == "xf")
        if len(own) > limits.STYLES or len(styles) > limits.STYLES:
            raise Refused("TooManyCells", what="单元格样式过多")
    formats = [own.get(number, _BUILT_IN.get(number, "")) for number in styles]
    days = {number for number in set(styles) if (number in _DATE_FORMATS and number not in own) or _shows_a_day(own.get(number, ""))}
    return formats, frozenset(style for style, number in enumerate(styles) if number in days)


def _shows_a_day(code: str) -> bool:
    """Return whether a number format shows its number as a day or a moment."""
    first = _NOT_SHOWN.sub("", code.partition(";")[0])
    return first.lower() != "general" and _DATE_LETTERS.search(first) is not None
