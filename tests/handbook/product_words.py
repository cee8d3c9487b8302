"""Every word that a page of the product can show: labels, menus, columns, states, messages and what stands in templates."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from quanzhou_fund.settings import BASE_DIR

APPS = sorted(
    path.parent
    for path in BASE_DIR.glob("*/__init__.py")
    if path.parent.name not in {"tests", "benchmarks", "endurance", "simulator", "demo_fund"}
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BREAKS = re.compile(r"<[^>]*>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_ATTRIBUTE = re.compile(r"(?:title|label|aria-label|placeholder|alt)=\"([^\"{]+)\"")


@lru_cache(maxsize=1)
def product_words() -> frozenset[str]:
    """Return all Chinese string constants of the product and all pieces of text in its templates, without what surrounds them."""
    found = {word for path in _sources() for word in _constants(path)}
    for path in (BASE_DIR / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= {piece.strip() for piece in _BREAKS.split(text)} | set(_ATTRIBUTE.findall(text))
    return frozenset(word for word in found if _CHINESE.search(word))


def _sources() -> Iterator[Path]:
    return (path for app in APPS for path in app.rglob("*.py") if "migrations" not in path.parts)


def _constants(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.strip()
