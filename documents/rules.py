"""What a file is by its content, and what it may be called; pure."""

import re
from pathlib import PurePath

from common.texts import readable
from documents.packages import DOCX, OFD, XLSX, package_type

MAX_NAME = 120
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
_PROGRAMS = (b"MZ", b"\x7fELF")
_LEADING = 1024  # bytes within which readers look for the beginning of a PDF
_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what office programs wrote before packages
_OLD_WORKBOOK, _OLD_MACROS = ("Workbook\0".encode("utf-16-le"), "_VBA_PROJECT".encode("utf-16-le"))
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    OFD: (".ofd",),
    "application/vnd.ms-excel": (".xls", ".et"),
    "text/csv": (".csv",),
}
_TEXT_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*]')  # ends of lines, and what shells read


def content_type_of(content: bytes) -> str | None:
    """
    Return the media type that the bytes themselves show, ``None`` for anything not accepted.

    Office packages with macros are not accepted. Plain text counts as a table (CSV) if it is UTF-8, GB 18030 or, with its
    mark, UTF-16, without control characters. A PDF may begin behind other bytes, and a package is what it declares to be.
    """
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return package_type(content)
    if content.startswith(_CONTAINER):
        return "application/vnd.ms-excel" if _OLD_WORKBOOK in content and _OLD_MACROS not in content else None
    if _is_late_pdf(content):
        return "application/pdf"
    return "text/csv" if content and _is_text(content) else None


def is_named_as(filename: str, content_type: str) -> bool:
    """Return whether the name's ending belongs to the media type."""
    return PurePath(filename).suffix.lower() in EXTENSIONS[content_type]


def clean_filename(filename: str) -> str:
    """Return the last part of the name without control, shell and direction characters, at most 120 characters, its ending kept."""
    last = readable(filename).replace("\\", "/").rsplit("/", 1)[-1]
    name = PurePath(_FORBIDDEN.sub("", last).strip(" .") or "file")
    return f"{name.stem[: MAX_NAME - len(name.suffix)]}{name.suffix}"[:MAX_NAME]


def _is_late_pdf(content: bytes) -> bool:
    """
    Return whether a PDF begins behind other bytes, as readers take it: marks of order, blanks, what a scanner or a mail program left.

    With its table of places at the end; markup before it is a page that names a PDF.
    """
    before, mark, _ = content[: _LEADING + len(b"%PDF-")].partition(b"%PDF-")
    return bool(mark) and b"<" not in before and not before.startswith(_PROGRAMS) and b"startxref" in content[-2 * _LEADING :]


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-16",) if content.startswith(_UTF_16) else _TEXT_ENCODINGS:
        try:
            return not _CONTROL.search(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return False
