"""What the READMEs name is there: files, functions, links."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from quanzhou_fund.settings import BASE_DIR

FURTHER = ("README.md", "docs/architecture.md", "common/admin/README.md")
DOCS = sorted([*BASE_DIR.glob("*/README.md"), *(BASE_DIR / name for name in FURTHER)])
AT_RUNTIME = {"var/", "MEDIA_ROOT/documents/"}
FILE = re.compile(r"[\w.-][\w./*-]*\.(?:py|md|json|txt|yml|toml|sh|html|css)|[\w.-][\w./-]*/")
NAME = re.compile(r"[a-z_]+(?:\.[A-Za-z_]+)*(?:\(.*\))?")


@cache
def tree() -> frozenset[str]:
    apart = {".venv", "var", ".git", ".hypothesis", "__pycache__"}
    return frozenset(path.relative_to(BASE_DIR).as_posix() for path in BASE_DIR.rglob("*") if not apart.intersection(path.parts))


@cache
def code() -> str:
    return "\n".join((BASE_DIR / name).read_text(encoding="utf-8") for name in tree() if name.endswith((".py", ".toml", "Makefile")))


def lost(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    for word in re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if FILE.fullmatch(word) and word not in AT_RUNTIME:
            begin, _, end = word.rstrip("/").partition("*")
            if not any(f"/{name}".endswith(f"/{begin}") if not end else begin in name and name.endswith(end) for name in tree()):
                yield word
        elif NAME.fullmatch(word) and ("_" in word or "." in word) and word.partition("(")[0].rpartition(".")[2] not in code():
            yield word
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and not (path.parent / target).exists():
            yield target


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(BASE_DIR).as_posix())
def test_what_a_readme_names_is_there(path: Path) -> None:
    assert len(DOCS) > 15
    assert list(lost(path)) == []
