#!/usr/bin/env python3
"""
核验证据包：python3 verify.py [证据包.zip 或解压后的目录] [系统显示的 SHA-256]

Plain Python 3, no other program needed. Compares every file with manifest.json and manifest.json with manifest.sha256, and the ZIP with
the one way in which these files are packed; any changed, missing or added byte is named. Whoever changes file, manifest and seal
together is found by the SHA-256 that the system shows: give it as second argument, or compare it with the one printed.
"""

import hashlib
import io
import json
import struct
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
UTF8, DAY, MODE = 0x0800, (2023 - 1980) << 9 | 1 << 5 | 1, 0o100644 << 16  # names in UTF-8, 1 January 2023, a plain file


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return the ZIP of the files: sorted by name, not compressed, with nothing between; the same files give the same bytes."""
    body, directory = io.BytesIO(), io.BytesIO()
    for name, raw in sorted(files.items()):
        encoded, place = name.encode(), body.tell()
        facts = struct.pack("<HHHHIIIHH", UTF8, 0, 0, DAY, zlib.crc32(raw), len(raw), len(raw), len(encoded), 0)
        body.write(struct.pack("<IH", 0x04034B50, 20) + facts + encoded + raw)
        directory.write(struct.pack("<IHH", 0x02014B50, 3 << 8 | 20, 20) + facts + struct.pack("<HHHII", 0, 0, 0, MODE, place) + encoded)
    listed, count = directory.getvalue(), len(files)
    return body.getvalue() + listed + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(listed), body.tell(), 0)


def problems_of_files(files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with the files, in sentences."""
    if MANIFEST not in files or SEAL not in files:
        return [f"缺少 {MANIFEST} 或 {SEAL}。"]
    if files[SEAL] != f"{hashlib.sha256(files[MANIFEST]).hexdigest()}\n".encode():
        return [f"{MANIFEST} 与 {SEAL} 不符，清单已被改动。"]
    listed = {row["name"]: row["sha256"] for row in json.loads(files[MANIFEST])["files"]}
    found = [f"缺少文件 {name}。" for name in listed if name not in files]
    found += [f"多出文件 {name}。" for name in files if name not in listed and name not in (MANIFEST, SEAL)]
    changed = (name for name, digest in listed.items() if name in files and hashlib.sha256(files[name]).hexdigest() != digest)
    return found + [f"文件 {name} 的内容已被改动。" for name in changed]


def problems_of_zip(raw: bytes) -> list[str]:
    """Return what is wrong with the ZIP, in sentences."""
    with zipfile.ZipFile(io.BytesIO(raw)) as pack:
        files = {info.filename: pack.read(info) for info in pack.infolist()}
    found = problems_of_files(files)
    if not found and packed(files) != raw:
        found.append("压缩包中文件以外的字节已被改动。")
    return found


def problems_of(place: Path) -> list[str]:
    """Return what is wrong with a ZIP or an unpacked directory, in sentences."""
    try:
        if place.is_file():
            return problems_of_zip(place.read_bytes())
        return problems_of_files({p.relative_to(place).as_posix(): p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()})
    except (OSError, ValueError, KeyError, TypeError, EOFError, struct.error, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        return [f"无法读取证据包：{error}"]


def main() -> int:
    """Check the pack named on the command line, or the directory this script lies in; return 1 when something is wrong."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    problems = problems_of(place)
    if place.is_file():
        digest = hashlib.sha256(place.read_bytes()).hexdigest()
        sys.stdout.write(f"证据包 SHA-256：{digest}\n")
        if len(sys.argv) > 2 and sys.argv[2].strip().lower() != digest:
            problems.append("证据包的 SHA-256 与系统显示的不符。")
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write("核验未通过。\n" if problems else "核验通过，全部文件与清单相符。\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
