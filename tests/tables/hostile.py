"""Files that attack their reader, made by code: small, and each hostile in one way."""

import re
import struct
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
NAMES = ("contract_number", "amount", "value_on", "bank_reference")


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def heading_row(names: Iterable[str] = NAMES) -> str:
    return '<row r="1">' + "".join(inline(f"{chr(65 + n)}1", name) for n, name in enumerate(names)) + "</row>"


def worksheet(rows: str, *, dimension: str = "", after: str = "", names: Iterable[str] = NAMES) -> str:
    area = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}">{area}<sheetData>{heading_row(names)}{rows}</sheetData>{after}</worksheet>'


def parts(sheet: str | bytes, *, sheets: int = 1, shared: str | bytes | None = None, date1904: bool = False) -> dict[str, str | bytes]:
    """Return the parts of a workbook; all its sheets are the same part."""
    listed = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, sheets + 1))
    strings = f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>' if shared is not None else ""
    flag = '<workbookPr date1904="1"/>' if date1904 else ""
    found: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{flag}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/worksheet"'
        f' Target="worksheets/sheet1.xml"/>{strings}</Relationships>',
        SHEET: sheet,
    }
    if shared is not None:
        found["xl/sharedStrings.xml"] = shared
    return found


def packed(members: dict[str, str | bytes]) -> bytes:
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return held.getvalue()


def book(rows: str, **given: str) -> bytes:
    return packed(parts(worksheet(rows, **given)))


def far_cell(place: str) -> Callable[[], bytes]:
    number = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return lambda: book(f'<row r="{number}">{inline(place, "x")}</row>')


@cache
def huge_inside() -> bytes:
    """300 MB of blanks, some 300 kB packed."""
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as package:
        for name, content in parts("").items():
            if name != SHEET:
                package.writestr(name, content)
        with package.open(SHEET, "w") as stream:
            blanks = b" " * 1024**2
            stream.write(worksheet("").replace("</worksheet>", "").encode())
            for _ in range(300):
                stream.write(blanks)
            stream.write(b"</worksheet>")
    return held.getvalue()


def huge_inside_and_lying() -> bytes:
    """The same, with a directory and a local header that declare 1,000 bytes."""
    return relabelled(huge_inside(), SHEET, size=1000)


def relabelled(content: bytes, name: str, *, size: int) -> bytes:
    """Return the package with another unpacked size declared for one entry, in both places."""
    written, changed = name.encode(), bytearray(content)
    central = content.rindex(b"PK\x01\x02", 0, content.rindex(written))
    changed[central + 24 : central + 28] = struct.pack("<I", size)
    local = content.index(written) - 30
    changed[local + 22 : local + 26] = struct.pack("<I", size)
    return bytes(changed)


def descriptor_lies() -> bytes:
    """Sizes only in the descriptor behind the data (bit 3), where they are false, and false in the directory."""
    sheet = worksheet("").encode()
    members = {name: content for name, content in parts("").items() if name != SHEET}
    good = packed(members | {SHEET: sheet})
    changed = bytearray(relabelled(good, SHEET, size=len(sheet) - 7))
    local = good.index(SHEET.encode()) - 30
    central = good.rindex(b"PK\x01\x02", 0, good.rindex(SHEET.encode()))
    for flags in (local + 6, central + 8):
        changed[flags] |= 0x8
    changed[local + 14 : local + 26] = bytes(12)
    return bytes(changed)


def zip_in_zip() -> bytes:
    return packed(parts(worksheet("")) | {"xl/embeddings/more.xlsx": packed(parts(worksheet("")))})


def overlapping() -> bytes:
    """Many entries of the directory that point at the same data."""
    good = packed(parts(worksheet("")))
    start, end = good.index(b"PK\x01\x02"), good.index(b"PK\x05\x06")
    directory = good[start:end]
    place = directory.index(SHEET.encode())
    entry = directory[directory.rindex(b"PK\x01\x02", 0, place) : place + len(SHEET)]
    more = b"".join(entry.replace(SHEET.encode(), b"xl/worksheets/sheet%c.xml" % letter) for letter in b"abcdef")
    count = len(parts("")) + 6
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory + more), start, 0)
    return good[:start] + directory + more + tail


def entities() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    kind = f'<!DOCTYPE worksheet [<!ENTITY e0 "x">{levels}]>'
    return packed(parts(worksheet("").replace('<?xml version="1.0"?>', f'<?xml version="1.0"?>{kind}').replace("amount", "&e9;")))


def outside_entity() -> bytes:
    kind = '<!DOCTYPE worksheet [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return packed(parts(worksheet("").replace('<?xml version="1.0"?>', f'<?xml version="1.0"?>{kind}').replace("amount", "&e;")))


def shared_strings() -> bytes:
    """One shared text of 32,000 characters that 8,000 cells use: 256 million characters."""
    shared = f'<sst xmlns="{MAIN}"><si><t>{"长" * 32_000}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 8002))
    return packed(parts(worksheet(rows), shared=shared))


def empty_rows() -> bytes:
    """Two million rows without a cell."""
    return book("<row/>" * 2_000_000)


def numbered_empty_rows() -> bytes:
    """400,000 rows without a cell that do not pack as densely."""
    return book("".join(f'<row r="{n}"/>' for n in range(2, 400_002)))


def broad_old_workbook() -> bytes:
    """An xls with one cell in each far corner of seven sheets: seven grids of 16 million cells for a reader that builds them."""
    return old_workbook([[(0, 0, "x"), (65_535, 255, 1.0)]] * 7)


def old_workbook(sheets: list[list[tuple[int, int, float | str]]]) -> bytes:
    """Return an xls (BIFF8 in a compound file) with the given cells."""
    bodies = [_bof(0x10) + b"".join(_old_cell(*cell) for cell in cells) + _record(0x0A, b"") for cells in sheets]
    names = [f"S{number}".encode() for number in range(len(sheets))]
    place = len(_bof(5)) + sum(4 + 8 + len(name) for name in names) + 4
    heads = b""
    for name, body in zip(names, bodies, strict=True):
        heads += _record(0x85, struct.pack("<IHBB", place, 0, len(name), 0) + name)
        place += len(body)
    return _container(_bof(5) + heads + _record(0x0A, b"") + b"".join(bodies))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0x600))


def _old_cell(row: int, column: int, value: float | str) -> bytes:
    if isinstance(value, str):
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le"))
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def _container(stream: bytes) -> bytes:
    """Return a compound file with one stream, ``Workbook``."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6), 0, 1, 1, 0, 4096,
        0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0,
    )  # fmt: skip
    entries = _entry("Root Entry", 5, child=1, start=0xFFFFFFFE) + _entry("Workbook", 2, start=2, size=len(stream))
    return head + struct.pack("<108I", *[0xFFFFFFFF] * 108) + table + entries.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, *, start: int, child: int = 0xFFFFFFFF, size: int = 0) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    links = (0xFFFFFFFF, 0xFFFFFFFF, child)
    return struct.pack("<64sHBBIII16sIQQIQ", written, len(written), kind, 1, *links, bytes(16), 0, 0, 0, start, size)


def long_cell() -> bytes:
    return book(f'<row r="2">{inline("A2", "x" * 40_000)}</row>')


def many_attributes() -> bytes:
    """One tag with 200,000 attributes."""
    attributes = " ".join(f'a{n}="{n:07}"' for n in range(200_000))
    return book(f'<row r="2"><c r="A2" {attributes}/></row>')


def many_sheets() -> bytes:
    return packed(parts(worksheet(""), sheets=500))


def many_entries() -> bytes:
    return packed(parts(worksheet("")) | {f"xl/media/{n}.txt": b"" for n in range(3000)})


def named(name: str) -> Callable[[], bytes]:
    return lambda: packed(parts(worksheet("")) | {name: b"x"})


def linked() -> bytes:
    held = BytesIO(packed(parts(worksheet(""))))
    with ZipFile(held, "a") as package:
        link = ZipInfo("xl/link")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    return held.getvalue()


def encrypted() -> bytes:
    """The container that office programs write for a workbook with a password, as far as anyone looks into it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(1024)


def encrypted_entry() -> bytes:
    changed = bytearray(packed(parts(worksheet(""))))
    changed[6] |= 1
    changed[changed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def truncated() -> bytes:
    return packed(parts(worksheet("")))[:-40]


def wrong_checksum() -> bytes:
    good = bytearray(packed(parts(worksheet(""))))
    good[good.index(struct.pack("<I", zlib.crc32(worksheet("").encode())), good.index(b"PK\x01\x02"))] ^= 1
    return bytes(good)


def old_workbook_of_nothing() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40


def old_workbook_too_large() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(17 * 1024**2)


def unordered() -> bytes:
    return book(f'<row r="3">{inline("A3", "x")}</row><row r="2">{inline("A2", "x")}</row>')


def misplaced() -> bytes:
    """A cell that says to be of another row."""
    return book(f'<row r="2">{inline("A7", "x")}</row>')


def with_result(content: bytes, error: str) -> bytes:
    """Return a workbook with the stored result of its formulas made an error."""
    with ZipFile(BytesIO(content)) as package:
        members: dict[str, str | bytes] = {name: package.read(name) for name in package.namelist()}
    sheet = bytes(members[SHEET])
    members[SHEET] = re.sub(rb'<c r="(\w+)"([^>]*)>(<f>.*?</f>)<v>.*?</v>', rb'<c r="\1" t="e"\2>\3<v>%s</v>' % error.encode(), sheet)
    return packed(members)


def plain(rows: Iterable[Iterable[object]]) -> bytes:
    """Return an honest workbook."""
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, list(row))
    return held.getvalue()


WORKBOOKS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "one cell in the last corner": ("file_far_cell", far_cell("XFD1048576")),
    "one cell in the last column of row 20,000": ("file_far_cell", far_cell("XFD20000")),
    "one cell in the last row": ("file_far_cell", far_cell("A1048576")),
    "a row beyond the last": ("unreadable", far_cell("A1048577")),
    "a column beyond the last": ("unreadable", far_cell("XFE2")),
    "300 MB in 300 kB": ("file_too_large", huge_inside),
    "300 MB declared as 1,000 bytes": ("unreadable", huge_inside_and_lying),
    "a descriptor that lies": ("unreadable", descriptor_lies),
    "a checksum that lies": ("unreadable", wrong_checksum),
    "cut off": ("unreadable", truncated),
    "a package in the package": ("file_package", zip_in_zip),
    "entries over one another": ("file_package", overlapping),
    "3,000 entries": ("file_package", many_entries),
    "a name that leads out": ("file_package", named("xl/../../etc/passwd")),
    "an absolute name": ("file_package", named("/etc/passwd")),
    "a link": ("file_package", linked),
    "an encrypted entry": ("file_password", encrypted_entry),
    "a workbook with a password": ("file_password", encrypted),
    "entities that grow": ("file_markup", entities),
    "an entity from outside": ("file_markup", outside_entity),
    "200,000 attributes": ("file_markup", many_attributes),
    "a shared text used 8,000 times": ("file_too_many_cells", shared_strings),
    "500 sheets": ("file_too_many_cells", many_sheets),
    "two million empty rows": ("file_too_large", empty_rows),
    "400,000 numbered empty rows": ("file_too_many_rows", numbered_empty_rows),
    "a cell of 40,000 characters": ("file_cell_too_long", long_cell),
    "an area of everything declared": ("file_dimension", lambda: book("", dimension="A1:XFD1048576")),
    "an area that is none": ("file_dimension", lambda: book("", dimension="A1:B99999999")),
    "rows out of order": ("unreadable", unordered),
    "a cell of another row": ("unreadable", misplaced),
}
"""Name, code (``unreadable``: the reader's own code for a file it cannot read) and maker of hostile xlsx files."""

TEXTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a field of 140,000 characters": ("file_cell_too_long", lambda: f"{','.join(NAMES)}\n{'x' * 140_000}\n".encode()),
    "a field of 40,000 characters": ("file_cell_too_long", lambda: f"{','.join(NAMES)}\n{'x' * 40_000}\n".encode()),
    "NUL characters": ("unreadable", lambda: f"{','.join(NAMES)}\nA\0,1,2,3\n".encode()),
    "a quote that does not end": ("unreadable", lambda: f'{",".join(NAMES)}\n"A,1,2,3\nB,1,2,3\n'.encode()),
    "a column far away": ("file_far_cell", lambda: f"{','.join(NAMES)}\n{',' * 20_000}x\n".encode()),
    "400,000 rows": ("file_too_many_rows", lambda: ",".join(NAMES).encode() + b"\n" * 400_000),
}
OLD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an old workbook of nothing": ("unreadable", old_workbook_of_nothing),
    "an old workbook that asks for gigabytes": ("file_reading_stopped", broad_old_workbook),
    "an old workbook of 17 MB": ("file_too_large", old_workbook_too_large),
}
