"""
Run the measurements and print one table: ``python -m benchmarks [TOPIC …] [--loans N …] [--rounds N] …``; without a topic, all.

A topic is a module of this folder with ``measure(options) -> Iterator[Result]``. ``DATABASE_URL`` names a server that may be used as
its owner; ``make bench`` starts one.
"""

import argparse
import importlib
import os
import pkgutil
import sys
from types import ModuleType

import django

import benchmarks
from benchmarks.measure import Result, say, table


def topics() -> dict[str, ModuleType]:
    """Return the modules that measure something, by name."""
    names = [
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name not in ("__main__", "settings", "served", "bare")
    ]
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "measure")}


def options(known: dict[str, ModuleType]) -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed as ratios to something run beside it.")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"of {', '.join(known)}; default: all")
    parser.add_argument("--loans", type=int, nargs="+", default=[100_000, 1_000_000], help="loans in a settlement, one or more sizes")
    parser.add_argument("--many", type=int, default=100_000, help="loans in the table for a back-dated repayment among many")
    parser.add_argument("--entries", type=int, default=2_000, help="ledger entries per round")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the tax list, at most 190,000")
    parser.add_argument("--days", type=int, default=200_000, help="due dates per round")
    parser.add_argument(
        "--applications", type=int, nargs="+", default=[100_000, 1_000_000], help="applications of a year, one or more sizes"
    )
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds of each measurement")
    asked = parser.parse_args()
    asked.topics = [topic.replace("-", "_") for topic in asked.topics]
    if unknown := set(asked.topics) - set(known):
        parser.error(f"no such topic: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return asked


def main() -> None:
    """Measure what was asked for and print the table."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    django.setup()
    known = topics()
    asked = options(known)
    results: list[Result] = []
    for name in asked.topics or known:
        say(name)
        for result in known[name].measure(asked):
            say(f"{result.name}: {result.ratio:.3g}")
            results.append(result)
    print(table(results))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
