"""``manage.py clauses``: clause → rules and tests that carry it; fails where one is missing."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from policy.citations import UnknownCitation
from policy.coverage import NOT_BUILT, Carried, coverage


class Command(BaseCommand):
    """Print what carries each clause and decision."""

    help = "Print the rules and tests that carry each clause and decision; fail where a clause has no rule or no test."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--short", action="store_true", help="numbers only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = coverage(settings.BASE_DIR)
        except UnknownCitation as problem:
            raise CommandError(str(problem)) from None
        for line in lines:
            self._print(line, short=options["short"])
        gaps = [f"{line.cited} ({line.place}) {line.gap}" for line in lines if line.gap]
        waiting = sum(bool(line.waiting) for line in lines)
        self.stdout.write(f"{len(lines)} clauses and decisions, {waiting} wait on {NOT_BUILT.name}, {len(gaps)} gaps")
        if gaps:
            raise CommandError("\n  ".join(["clauses that do not stand:", *gaps]))

    def _print(self, line: Carried, *, short: bool) -> None:
        """Write one clause and, unless short, everything that carries it."""
        waiting = f"  not built: {line.waiting}" if line.waiting else ""
        self.stdout.write(f"{line.cited:<12} {line.place}  rules {len(line.rules)}, tests {len(line.tests)}{waiting}")
        if not short:
            for kind, carriers in (("rule", line.rules), ("test", line.tests)):
                for carrier in carriers:
                    self.stdout.write(f"    {kind}  {carrier}")
