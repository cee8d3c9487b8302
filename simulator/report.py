"""Checks by area, and what became of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.connection import Answer, Refused

Check = Callable[[Any], None]
CHECKS: list[tuple[str, str, Check]] = []  # area, what is promised, the check; in the order they run


class Broken(Exception):
    """A promise of the interface is not kept."""


class NotOffered(Exception):
    """What would be checked is not there; no failure."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one check; ``trouble`` empty: passed. ``skipped``: why it could not be asked."""

    area: str
    promise: str
    trouble: str = ""
    skipped: str = ""
    seconds: float = 0


@dataclass
class Report:
    """The outcomes of a run."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failures(self) -> list[Outcome]:
        """Return what failed."""
        return [outcome for outcome in self.outcomes if outcome.trouble]

    def lines(self) -> list[str]:
        """Return the report: a line per area with its count, then each failure and each check that could not be asked."""
        lines = []
        for area in dict.fromkeys(outcome.area for outcome in self.outcomes):
            of_area = [outcome for outcome in self.outcomes if outcome.area == area]
            failed, skipped = (sum(1 for one in of_area if getattr(one, kind)) for kind in ("trouble", "skipped"))
            verdict = "FAIL" if failed else "pass" if skipped < len(of_area) else "skip"
            lines.append(f"{verdict}  {area:<20}{len(of_area) - failed - skipped} of {len(of_area)}")
        lines += [f"  not asked: {one.area}: {one.promise} ({one.skipped})" for one in self.outcomes if one.skipped]
        return lines + [f"  FAILED: {one.area}: {one.promise}: {one.trouble}" for one in self.failures]


def promised(area: str, promise: str) -> Callable[[Check], Check]:
    """Return a decorator that adds a check to the run."""

    def add(check: Check) -> Check:
        CHECKS.append((area, promise, check))
        return check

    return add


def run_checks(run: Any, areas: set[str] | None = None) -> Report:
    """Run every check of the areas (all by default); one that fails stops none of the others."""
    report = Report()
    for area, promise, check in CHECKS:
        if areas and area not in areas:
            continue
        began, trouble, skipped = time.monotonic(), "", ""
        try:
            check(run)
        except NotOffered as reason:
            skipped = str(reason)
        except (Broken, Refused) as problem:
            trouble = str(problem)
        except Exception as problem:
            trouble = f"{type(problem).__name__}: {problem}"
        report.outcomes.append(Outcome(area, promise, trouble, skipped, time.monotonic() - began))
    return report


def same(found: object, wanted: object, what: str) -> None:
    """
    Let pass only what is as promised.

    Raises:
        Broken.
    """
    if found != wanted:
        raise Broken(f"{what}: found {found!r}, promised {wanted!r}")


def true(is_so: object, what: str) -> None:
    """
    Let pass only what is so.

    Raises:
        Broken.
    """
    if not is_so:
        raise Broken(what)


def refused(answer: Answer, status: int, *codes: str) -> dict[str, Any]:
    """
    Return the problem document of a refusal with the status and, where some are named, one of the codes.

    Raises:
        Broken: it is another answer, or no whole problem document.
    """
    same(answer.status, status, f"status ({answer.text[:200]})")
    same(answer.headers.get("Content-Type", "").partition(";")[0], "application/problem+json", "content type of a refusal")
    problem = answer.body
    missing = {"type", "title", "status", "code", "detail", "errors"} - set(problem)
    same(missing, set(), "members missing in the problem document")
    same(problem["status"], status, "status in the problem document")
    true(not codes or problem["code"] in codes, f"code {problem['code']!r} is none of {codes}")
    true(any("\u4e00" <= character <= "\u9fff" for character in problem["detail"]), "detail is a Chinese sentence")
    return dict(problem)
