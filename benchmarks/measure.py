"""Timing two things in turn, and saying by how much one is slower; the machine's other load then falls on both."""

import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a ratio has to reach."""

    limit: float
    is_ceiling: bool

    def is_met(self, ratio: float) -> bool:
        """Return whether a ratio reaches the bar."""
        return ratio <= self.limit if self.is_ceiling else ratio >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.is_ceiling else '≥'} {self.limit:g}"


def at_most(limit: float) -> Bar:
    """Return the bar of a ratio of times."""
    return Bar(limit, is_ceiling=True)


def at_least(limit: float) -> Bar:
    """Return the bar of a ratio of rates."""
    return Bar(limit, is_ceiling=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table: ours, what ran beside it, and the ratio of the two."""

    name: str
    ours: str
    beside: str
    ratio: float
    bar: Bar | None = None

    @property
    def verdict(self) -> str:
        """Return whether the bar is met, in a word."""
        return "-" if self.bar is None else "yes" if self.bar.is_met(self.ratio) else "NO"


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of each round, ours and beside, taken in turn."""

    ours: Sequence[float]
    beside: Sequence[float]

    @property
    def time_ratio(self) -> float:
        """Return the median over the rounds of our time to the other's."""
        return median(ours / beside for ours, beside in zip(self.ours, self.beside, strict=True))

    @property
    def rate_ratio(self) -> float:
        """Return the median over the rounds of our rate to the other's."""
        return median(beside / ours for ours, beside in zip(self.ours, self.beside, strict=True))

    def times(self, name: str, *, bar: Bar | None = None) -> Result:
        """Return the line that compares times."""
        return Result(name=name, ours=seconds(median(self.ours)), beside=seconds(median(self.beside)), ratio=self.time_ratio, bar=bar)

    def rates(self, name: str, *, count: int, beside_count: int | None = None, bar: Bar | None = None) -> Result:
        """Return the line that compares rates, where each round did ``count`` things, and beside it as many or ``beside_count``."""
        other = beside_count or count
        ours, beside = f"{count / median(self.ours):,.0f}/s", f"{other / median(self.beside):,.0f}/s"
        return Result(name=name, ours=ours, beside=beside, ratio=self.rate_ratio * count / other, bar=bar)


def alternate(*, rounds: int, ours: Step, beside: Step, before: Callable[[Step], object] = lambda step: None, label: str = "") -> Timings:
    """
    Return the times of both, run in turn; who goes first changes from round to round.

    The first round warms both up and is not counted. ``before`` gets each step ahead of its run and is not timed.
    """
    taken: dict[Step, list[float]] = {ours: [], beside: []}
    for number in range(rounds + 1):
        for step in (ours, beside) if number % 2 else (beside, ours):
            before(step)
            took = timed(step)
            if number:
                taken[step].append(took)
        say(f"{label} round {number}/{rounds}" if number else f"{label} warmed up")
    return Timings(taken[ours], taken[beside])


def timed(step: Step) -> float:
    """Return how many seconds a step takes, without garbage of earlier ones."""
    gc.collect()
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def seconds(value: float) -> str:
    """Return a time for people."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.2f} ms"


def say(what: str) -> None:
    """Tell the person at the terminal how far it is; not part of the table."""
    print(f"  … {what}", file=sys.stderr, flush=True)


def table(results: Sequence[Result]) -> str:
    """Return the results as a table in Markdown."""
    head = ("measurement", "ours", "beside", "ratio", "bar", "met")
    rows = [(r.name, r.ours, r.beside, f"{r.ratio:.3g}", str(r.bar) if r.bar else "-", r.verdict) for r in results]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, tuple("-" * width for width in widths), *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines)
