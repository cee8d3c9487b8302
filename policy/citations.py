"""
Which clause is cited where: reading ``Source:`` paragraphs and ``pytest.mark.clause`` marks out of program text. No database.

A citation names clauses of the plans (``FP 1.4.1``, ``AP 2.3``) and decisions (``D12``), apart by commas or semicolons; a bare number
goes on with the plan named before it (``FP 1.6.2, 1.6.3``); a hyphen names all from the first to the last; a clause that has parts
names all of them.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_NUMBER = r"\d+(?:\.\d+)*(?:\(\d+\))?"
_TOKEN = re.compile(
    rf"(?P<range>(?<=[\d)])\s*[-–]\s*(?=[FAD\d]))?(?:\b(?P<plan>FP|AP)\s+(?P<number>{_NUMBER})|\bD(?P<decision>\d+)\b|(?<=[,、\-–])\s*(?P<more>\d+\.{_NUMBER}))"
)
_SOURCE = re.compile(r"Source:\s*(.+?)(?:\n\s*\n|\Z)", re.DOTALL)


class UnknownCitation(ValueError):
    """Something that looks like a clause or decision but is not in the register."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One clause or decision, and the rule or test that carries it."""

    cited: str
    carrier: str  # e.g. "subsidy/rules.py:split_between_treasuries"


def cited_in(text: str, register: Sequence[str]) -> list[str]:
    """
    Return the ids of the register that a citation names, in the order named, each once.

    Raises:
        UnknownCitation: it names one that does not exist.
    """
    found: list[str] = []
    plan, previous = "", ""
    for match in _TOKEN.finditer(text):
        if match["decision"]:
            name = f"D{match['decision']}"
        else:
            plan = match["plan"] or plan
            if not plan:
                continue
            name = f"{plan} {match['number'] or match['more']}"
        members = _members(name, register)
        if match["range"] and previous:
            members = _between(previous, members[-1], register)
        found += members
        previous = members[-1]
        plan = "" if match["decision"] else plan
    return list(dict.fromkeys(found))


def _members(name: str, register: Sequence[str]) -> list[str]:
    """Return the id itself, or the ids of its parts."""
    members = [known for known in register if known == name or known.startswith((f"{name}.", f"{name}("))]
    if not members:
        raise UnknownCitation(f"{name} is not in the register")
    return members


def _between(first: str, last: str, register: Sequence[str]) -> list[str]:
    start, end = register.index(first), register.index(last)
    if end < start:
        raise UnknownCitation(f"{first} comes after {last}")
    return list(register[start : end + 1])


def sources_in(path: Path, *, root: Path, register: Sequence[str]) -> Iterator[Citation]:
    """
    Yield what the docstrings of a module, its classes and functions give as their source.

    Raises:
        UnknownCitation: with the place.
    """
    for name, node in _named(ast.parse(path.read_text(encoding="utf-8"))):
        docstring = ast.get_docstring(node)
        for source in _SOURCE.findall(docstring or ""):
            yield from _citations(source, _carrier(path, root, name), register)


def marks_in(path: Path, *, root: Path, register: Sequence[str]) -> Iterator[Citation]:
    """
    Yield what ``pytest.mark.clause`` says of a test module, its classes, tests and cases.

    Raises:
        UnknownCitation: with the place.
    """
    for name, node in _named(ast.parse(path.read_text(encoding="utf-8"))):
        for mark in _marks_of(node):
            for argument in mark.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield from _citations(argument.value, _carrier(path, root, name), register)


_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _named(node: _Documented, prefix: str = "") -> Iterator[tuple[str, _Documented]]:
    """Yield a module and everything in it that may carry a docstring, with its dotted name."""
    yield prefix, node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _named(child, f"{prefix}.{child.name}" if prefix else child.name)


def _marks_of(node: _Documented) -> Iterator[ast.Call]:
    """Yield the clause marks of one test or class, or of a whole module."""
    own: Iterable[ast.AST] = node.decorator_list if not isinstance(node, ast.Module) else _own_statements(node)
    for part in own:
        for inner in ast.walk(part):
            if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "pytest.mark.clause":
                yield inner


def _own_statements(module: ast.Module) -> list[ast.stmt]:
    return [child for child in module.body if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]


def _citations(text: str, carrier: str, register: Sequence[str]) -> Iterator[Citation]:
    try:
        yield from (Citation(cited, carrier) for cited in cited_in(text, register))
    except UnknownCitation as problem:
        raise UnknownCitation(f"{carrier}: {problem}") from None


def _carrier(path: Path, root: Path, name: str) -> str:
    return f"{path.relative_to(root)}:{name}" if name else str(path.relative_to(root))
