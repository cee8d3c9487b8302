#!/usr/bin/env python3
"""
核验证据包：python3 verify.py [证据包.zip 或解压后的目录]

Plain Python 3, no other program needed. Compares every file with manifest.json and manifest.json with manifest.sha256; any changed,
missing or added byte is named. Prints the SHA-256 of the ZIP, to be held against the one that the system shows.
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path

MANIFEST, SEAL = "manifest.json", "manifest.sha256"


def read_all(place: Path) -> dict[str, bytes]:
    """Return every file of a ZIP or a directory by its name."""
    if place.is_dir():
        return {str(p.relative_to(place)).replace("\\", "/"): p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}
    with zipfile.ZipFile(place) as pack:
        return {info.filename: pack.read(info) for info in pack.infolist()}


def problems_of(files: dict[str, bytes]) -> list[str]:
    """Return what is wrong, in sentences."""
    if MANIFEST not in files or SEAL not in files:
        return [f"缺少 {MANIFEST} 或 {SEAL}。"]
    if hashlib.sha256(files[MANIFEST]).hexdigest() != files[SEAL].decode("ascii", "replace").strip():
        return [f"{MANIFEST} 与 {SEAL} 不符，清单已被改动。"]
    listed = {row["name"]: row["sha256"] for row in json.loads(files[MANIFEST])["files"]}
    found = [f"缺少文件 {name}。" for name in listed if name not in files]
    found += [f"多出文件 {name}。" for name in files if name not in listed and name not in (MANIFEST, SEAL)]
    changed = (name for name, digest in listed.items() if name in files and hashlib.sha256(files[name]).hexdigest() != digest)
    return found + [f"文件 {name} 的内容已被改动。" for name in changed]


def main() -> int:
    """Check the pack named on the command line, or the directory this script lies in; return 1 when something is wrong."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    try:
        files = read_all(place)
        problems = problems_of(files)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, NotImplementedError) as error:
        problems = [f"无法读取证据包：{error}"]
        files = {}
    if place.is_file():
        sys.stdout.write(f"证据包 SHA-256：{hashlib.sha256(place.read_bytes()).hexdigest()}\n")
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write("核验未通过。\n" if problems else f"核验通过，共 {len(files)} 个文件。\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
