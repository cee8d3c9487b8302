"""Which clauses and decisions are carried by rules and tests, and which are not. No database."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy.citations import Citation, cited_in, marks_in, sources_in

HERE = Path(__file__).resolve().parent
NOT_BUILT = HERE / "clauses_not_built.txt"
NO_RULES = {"tests", "migrations", "benchmarks", "scripts", "var"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One clause or decision with what carries it; ``waiting`` says why it is not built yet."""

    cited: str
    place: str
    rules: tuple[str, ...]
    tests: tuple[str, ...]
    waiting: str

    @property
    def gap(self) -> str:
        """Return what is wrong, in a sentence; empty when nothing is: a clause needs a rule and a test, a decision one of them."""
        carried = bool(self.rules and self.tests)
        if self.waiting:
            return f"is built but still on {NOT_BUILT.name}" if carried else ""
        if self.cited.startswith("D"):
            return "" if self.rules or self.tests else "is carried by no rule and no test"
        missing = [kind for kind, carriers in (("rule", self.rules), ("test", self.tests)) if not carriers]
        return f"has no {' and no '.join(missing)}" if missing else ""


def read_register() -> dict[str, str]:
    """Return id and place (or point decided) of every clause and decision, in the order of the plans."""
    clauses = json.loads((HERE / "seeds" / "clauses.json").read_text(encoding="utf-8"))["clauses"]
    decisions = json.loads((HERE / "seeds" / "decisions.json").read_text(encoding="utf-8"))["decisions"]
    return {row[0]: row[1] for row in (*clauses, *decisions)}


def coverage(root: Path) -> list[Carried]:
    """
    Return every clause and decision with the rules and tests below ``root`` that carry it.

    Raises:
        UnknownCitation: some docstring, mark or line of the list names a clause that does not exist.
    """
    register = read_register()
    ids = list(register)
    rules = _by_cited(c for path in _rule_files(root) for c in sources_in(path, root=root, register=ids))
    tests = _by_cited(c for path in sorted((root / "tests").rglob("*.py")) for c in marks_in(path, root=root, register=ids))
    waiting = read_waiting(NOT_BUILT.read_text(encoding="utf-8"), ids)
    return [
        Carried(cited=cited, place=place, rules=rules.get(cited, ()), tests=tests.get(cited, ()), waiting=waiting.get(cited, ""))
        for cited, place in register.items()
    ]


def read_waiting(text: str, register: Sequence[str]) -> dict[str, str]:
    """Return id → why it is not built, from lines ``FP 1.5: why``; empty lines and those that begin with # say nothing."""
    waiting: dict[str, str] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            cited, _, why = line.partition(":")
            waiting |= dict.fromkeys(cited_in(cited, register), why.strip() or "not built")
    return waiting


def _rule_files(root: Path) -> Iterator[Path]:
    for app in sorted(root.iterdir()):
        if app.is_dir() and app.name not in NO_RULES and (app / "__init__.py").exists():
            yield from (path for path in sorted(app.rglob("*.py")) if not NO_RULES & set(path.relative_to(root).parts))


def _by_cited(citations: Iterator[Citation]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for citation in citations:
        found.setdefault(citation.cited, {})[citation.carrier] = None
    return {cited: tuple(carriers) for cited, carriers in found.items()}
