"""
The guard before a ZIP package: judged by its directory and by inflating it piece by piece, never extracted, never held whole.

What the package declares of itself is only believed where it is against it.
"""

import re
import stat
import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tables import limits
from tables.refused import Refused

MAGIC = b"PK\x03\x04"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_PIECE = 64 * limits.KIB
_PACKAGES = (MAGIC, b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_LEADS_OUT = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")
_IS_ENCRYPTED = 0x1
_NO_MEMORY = "Error -4"
_FAULTS = (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, OverflowError)


def opened(content: bytes, *, most: int = limits.ENTRIES) -> ZipFile:
    """
    Return the package with its directory judged: number of entries, names, kinds, methods, declared sizes, none over another.

    Raises:
        Refused.
    """
    if content.count(_DIRECTORY_ENTRY) > most:  # before a directory of hundreds of thousands of entries becomes as many objects
        raise Refused("PackageSuspicious", what=f"超过 {most} 个内部文件")
    try:
        package = ZipFile(BytesIO(content))
    except _FAULTS:
        raise Refused("FileDamaged") from None
    entries = package.infolist()
    if len({entry.filename for entry in entries}) != len(entries):
        raise Refused("PackageSuspicious", what="内部文件重名")
    for entry in entries:
        _judge_entry(entry)
    _judge_places(entries, len(content))
    return package


def judge(content: bytes, *, most: int = limits.UNPACKED_BYTES) -> None:
    """
    Inflate every entry once, counting; nothing is kept. What declares more than ``most`` bytes, which a list may have, is not begun.

    Raises:
        Refused: too much, too dense, a package in the package, damaged, or not of the declared size.
    """
    with opened(content) as package:
        entries = package.infolist()
        declared = sum(entry.file_size for entry in entries)
        if declared > limits.UNPACKED_BYTES:
            raise _too_much()
        if declared > most:
            raise Refused("ReadingStopped")
        left = limits.UNPACKED_BYTES
        for entry in entries:
            size = 0
            for piece in pieces(package, entry):
                if not size and piece.startswith(_PACKAGES):
                    raise Refused("PackageSuspicious", what="压缩包内含有压缩包")
                size, left = size + len(piece), left - len(piece)
                if left < 0 or (size > limits.RATIO_FROM and size > limits.RATIO * entry.compress_size):
                    raise _too_much()


def pieces(package: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    """
    Yield an entry's content in small pieces.

    Raises:
        Refused: what comes out is not what the directory declares, in length or checksum.
    """
    size = 0
    try:
        with package.open(entry) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                yield piece
    except _FAULTS as fault:
        raise _named(fault) from None
    if size != entry.file_size:
        raise Refused("FileDamaged")


def _named(fault: Exception) -> Exception:
    """Return what a fault of the package means: damaged, or no memory left to inflate it."""
    return MemoryError() if isinstance(fault, zlib.error) and _NO_MEMORY in str(fault) else Refused("FileDamaged")


def _judge_entry(entry: ZipInfo) -> None:
    if entry.flag_bits & _IS_ENCRYPTED:
        raise Refused("PasswordProtected")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Refused("PackageSuspicious", what="压缩方式不支持")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused("PackageSuspicious", what="含有链接")
    if _LEADS_OUT.search(entry.orig_filename):
        raise Refused("PackageSuspicious", what="内部文件名指向包外")


def _judge_places(entries: list[ZipInfo], length: int) -> None:
    """Refuse entries that lie over one another: a small file that unpacks many times."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise Refused("PackageSuspicious", what="内部文件相互重叠")
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size
    if end > length:
        raise Refused("FileDamaged")


def _too_much() -> Refused:
    return Refused("FileTooLarge", what=f"解压后超过 {limits.UNPACKED_BYTES // limits.MIB} MB 或压缩比异常")
