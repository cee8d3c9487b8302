"""
Refuse files of more than 400 lines and functions of more than 50; migrations, which are written by Django, apart.

Usage: ``python scripts/sizes.py``.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APART = {".venv", "var", "migrations", "node_modules"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 50


def sources(root: Path) -> Iterator[Path]:
    """Yield the product's own modules."""
    return (path for path in sorted(root.rglob("*.py")) if not APART.intersection(path.relative_to(root).parts))


def too_long(path: Path) -> Iterator[str]:
    """Yield a sentence for a file, and for each function in it, that is too long."""
    text = path.read_text(encoding="utf-8")
    if (lines := len(text.splitlines())) > LONGEST_FILE:
        yield f"{lines} 行，最多 {LONGEST_FILE} 行"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"函数 {node.name} {length} 行，最多 {LONGEST_FUNCTION} 行"


def main() -> int:
    """Print what is too long and return 1, or 0."""
    found = [f"{path.relative_to(ROOT)}：{sentence}" for path in sources(ROOT) for sentence in too_long(path)]
    if found:
        print("\n".join(found), "请按内容拆分。", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
