"""Every day that a service takes has bounds in the service itself, whoever calls: it is traced to the one judge."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from quanzhou_fund.settings import BASE_DIR

# ``business_day`` judges what happened; ``_change_period`` each day of the mapping it takes.
JUDGES = ("require_day", "business_day", "_change_period")
# Days that nobody gives: they were judged, or computed, by whoever calls.
COMPUTED = {
    "today": "the day of the moment ``at``",
    "posted_on": "the day of the moment ``at``",
}
# Services that others call with a day which their own judge or constraint has passed.
JUDGED_BEFORE = {
    ("end_quotas", "from_on"): "the day of a decision: participation_decision's constraint, and propose_removal",
    ("exclude_bank", "from_on"): "the day of a decision: participation_decision's constraint, and propose_removal",
    ("reinstate_bank", "from_on"): "the day of a decision: participation_decision's constraint, and propose_reinstatement",
    ("decide_facts", "on"): "the day on which a change or a move begins, judged by the service that makes it",
}


class Service(NamedTuple):
    """One function of a service module."""

    path: str
    node: ast.FunctionDef

    @property
    def arguments(self) -> list[ast.arg]:
        return [*self.node.args.args, *self.node.args.kwonlyargs]

    @property
    def days(self) -> list[str]:
        """Return the parameters that are days."""
        kinds = {one.arg: ast.unparse(one.annotation) for one in self.arguments if one.annotation is not None}
        return [name for name, kind in kinds.items() if kind in ("date", "date | None") and name not in COMPUTED]

    @property
    def is_public(self) -> bool:
        return not self.node.name.startswith("_") and "actor" in {one.arg for one in self.arguments}


def functions() -> Iterator[Service]:
    for path in sorted(BASE_DIR.glob("*/**/*.py")):
        name = path.relative_to(BASE_DIR).as_posix()
        if "services" in name and not name.startswith((".venv", "tests/", "demo_fund/", "endurance/", "var/")):
            yield from (Service(name, one) for one in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(one, ast.FunctionDef))


KNOWN: dict[str, list[Service]] = {}
for found in functions():
    KNOWN.setdefault(found.node.name, []).append(found)


def is_judged(service: Service, day: str, seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Return whether a day comes to a judge, in the service or in one that it hands the day to."""
    here = (service.node.name, day)
    if here in seen:
        return False
    return any(_judges(call, day, seen | {here}) for call in ast.walk(service.node) if isinstance(call, ast.Call))


def _judges(call: ast.Call, day: str, seen: frozenset[tuple[str, str]]) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in JUDGES:
        given = [*call.args, *(word.value for word in call.keywords)]
        return any(isinstance(one, ast.Name) and one.id == day for argument in given for one in ast.walk(argument))
    place = next((at for at, one in enumerate(call.args) if isinstance(one, ast.Name) and one.id == day), None)
    words = [word.arg for word in call.keywords if isinstance(word.value, ast.Name) and word.value.id == day]
    if place is None and not words:
        return False
    for other in KNOWN.get(name, []):
        handed = words[0] if words else other.arguments[place].arg if place is not None and place < len(other.arguments) else None
        if handed is not None and is_judged(other, handed, seen):
            return True
    return False


def test_every_day_of_every_service_is_judged() -> None:
    public = [one for several in KNOWN.values() for one in several if one.is_public]
    asked = [(one, day) for one in public for day in one.days if (one.node.name, day) not in JUDGED_BEFORE]
    assert len(asked) > 45
    assert [f"{one.path}:{one.node.name}({day})" for one, day in asked if not is_judged(one, day)] == []
