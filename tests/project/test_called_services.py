"""No service for a person stands about uncalled: a way past a second person would be one nobody sees on screen."""

import ast
from collections import Counter
from collections.abc import Iterator

from quanzhou_fund.settings import BASE_DIR

# Services that the demo and tests alone call yet, each with why it stands.
WAITING = {
    "record_year_figures": "what an enterprise declares of itself; its forms in the portal are not built yet, and a bureau is refused",
    "deliver_whole_list": "the public list for a channel that joins late; one bureau's act on the server",
}


def apps() -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules of the product but those that play it."""
    for package in sorted(path.parent for path in BASE_DIR.glob("*/__init__.py")):
        if package.name not in ("tests", "endurance", "benchmarks", "demo_fund", "simulator"):
            for path in package.rglob("*.py"):
                if "migrations" not in path.parts:
                    yield path.relative_to(BASE_DIR).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def services(path: str, module: ast.Module) -> list[str]:
    """Return the services of a module that somebody acts in."""
    if "services" not in path:
        return []
    found = [one for one in module.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")]
    return [one.name for one in found if {"actor", "checker"} & {argument.arg for argument in one.args.args + one.args.kwonlyargs}]


def test_every_service_of_somebody_is_called_by_the_product() -> None:
    called, found = Counter[str](), list[str]()
    for path, module in apps():
        found += services(path, module)
        called.update(node.id for node in ast.walk(module) if isinstance(node, ast.Name))
        called.update(node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute))
    assert len(found) > 150
    assert {name for name in found if not called[name]} == set(WAITING)
