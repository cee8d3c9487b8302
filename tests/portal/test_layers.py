"""The portal shows what selectors, services and calculators answer: it knows no rule, computes no amount, judges by no term."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from quanzhou_fund.settings import BASE_DIR

SOURCES = sorted((BASE_DIR / "portal").rglob("*.py"))
TEMPLATES = sorted(path for area in ("public", "portal", "site") for path in (BASE_DIR / "templates" / area).rglob("*.html"))
TERMS = {"terms", "version"}
FIGURE = re.compile(r"\d[\d,.]*\s*(?:%|％|‰|万元|亿元|元|个月|年|个工作日|天)")
MARKUP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", re.DOTALL)


def judged_by_terms(node: ast.AST) -> bool:
    """Return whether an expression reaches into the terms of a version."""
    return any(isinstance(part, ast.Attribute | ast.Name) and _name(part) in TERMS for part in ast.walk(node))


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def faults(tree: ast.Module) -> Iterator[str]:
    """Yield what the portal's code may not do."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and {"rules", "limits"} & set(node.module.split(".")):
            yield f"{node.lineno}: imports {node.module}"
        if isinstance(node, ast.Import) and any({"rules", "limits"} & set(one.name.split(".")) for one in node.names):
            yield f"{node.lineno}: imports rules"
        if isinstance(node, ast.ImportFrom) and node.module == "fractions":
            yield f"{node.lineno}: imports fractions"
        if isinstance(node, ast.Call) and _name(node.func) in {"Decimal", "Fraction", "quantize", "scaleb", "float", "sum", "round"}:
            yield f"{node.lineno}: computes with {_name(node.func)}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv):
            yield f"{node.lineno}: multiplies or divides"
        if isinstance(node, ast.Compare) and not all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops) and judged_by_terms(node):
            yield f"{node.lineno}: compares with a term"
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitOr) and judged_by_terms(node):
            yield f"{node.lineno}: computes with a term"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(BASE_DIR).as_posix())
def test_the_portal_knows_no_rule(path: Path) -> None:
    assert list(faults(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "written",
    [
        "from subsidy.rules import segments",
        "import whitelist.rules",
        "total = Decimal('1')",
        "half = amount / 2",
        "if amount > plan.terms.rd_cap.existing_amount: pass",
        "left = terms.rd_cap.existing_amount - amount",
    ],
)
def test_the_test_sees_each_fault(written: str) -> None:
    assert list(faults(ast.parse(written))) != []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(BASE_DIR).as_posix())
def test_no_figure_of_the_plan_is_typed_into_a_page(path: Path) -> None:
    """Rates, amounts and terms come from the version in force: another version, another page."""
    assert FIGURE.findall(MARKUP.sub("", path.read_text(encoding="utf-8"))) == []
