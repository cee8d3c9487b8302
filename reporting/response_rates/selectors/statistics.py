"""A year's response rates of all banks, modes and sizes at once: one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from reporting.enums import COUNTED, ModeScope, Outcome, SizeScope
from reporting.response_rates.rules import Counts, Efficiency, efficiency, ranks
from reporting.response_rates.selectors.judging import COUNTS, IN_TIME, JUDGED, OPEN, SURE, WILL_COUNT, judged_of

FOR_LARGE_SETS = "SELECT set_config('work_mem', '256MB', true), set_config('jit', 'off', true)"
FLAG_BITS = 5
# The flags of an enterprise stand side by side in one number: those of its special applications, of its trust ones, then of both kinds
# those of micro to medium size. So it is grouped once for all modes and sizes.
_PLACES = {
    (mode, size): [FLAG_BITS * (2 * (size == SizeScope.SME) + k) for k in kinds]
    for mode, kinds in ((ModeScope.BOTH, (0, 1)), (ModeScope.SPECIAL, (0,)), (ModeScope.TRUST, (1,)))
    for size in SizeScope
}
_COUNTED_BY = (IN_TIME, COUNTS, WILL_COUNT, IN_TIME | SURE | OPEN, IN_TIME | SURE, COUNTS | WILL_COUNT)


def _counted(places: list[int]) -> str:
    """Return the array of a cell's six counts, of numbers that hold the flags of an enterprise."""
    masks = [sum(mask << place for place in places) for mask in _COUNTED_BY]
    counted = [f"count(*) FILTER (WHERE packed & {mask} > 0)" for mask in masks]
    counted[2] = f"count(*) FILTER (WHERE packed & {masks[2]} > 0 AND packed & {masks[1]} = 0)"
    return f"ARRAY[{', '.join(counted)}]"


_CELLS = ", ".join(_counted(places) for places in _PLACES.values())
STATISTICS = f"""
WITH {{judged}}, narrow AS MATERIALIZED (
    SELECT bank_id, enterprise_id, mode, is_sme, outcome, flags, to_decision, to_conditions FROM judged
), at_bank AS MATERIALIZED (
    SELECT enterprise_id, bank_id, bit_or((flags << CASE mode WHEN 'trust' THEN {FLAG_BITS} ELSE 0 END)
        * CASE WHEN is_sme THEN {1 + (1 << 2 * FLAG_BITS)} ELSE 1 END) AS packed
    FROM narrow WHERE flags > 0 GROUP BY enterprise_id, bank_id
), over_fund AS (
    SELECT bit_or(packed) AS packed FROM at_bank GROUP BY enterprise_id
), counted AS (
    SELECT bank_id, ARRAY[{_CELLS}] AS cells FROM at_bank GROUP BY bank_id
    UNION ALL SELECT NULL, ARRAY[{_CELLS}] FROM over_fund
), tally AS (
    SELECT bank_id, mode, is_sme, outcome, to_decision, to_conditions,
        grouping(outcome, to_decision, to_conditions) AS kind, count(*) AS cases
    FROM narrow GROUP BY bank_id, mode, is_sme, GROUPING SETS (outcome, to_decision, to_conditions)
)
SELECT 'rate', bank_id, NULL, NULL, NULL, NULL, cells FROM counted
UNION ALL
SELECT CASE kind WHEN 3 THEN 'outcome' WHEN 5 THEN 'decision' ELSE 'conditions' END, bank_id, mode, is_sme, outcome,
    COALESCE(to_decision, to_conditions), ARRAY[ARRAY[sum(cases)::bigint]]
FROM tally WHERE COALESCE(outcome, to_decision::text, to_conditions::text) IS NOT NULL
GROUP BY kind, outcome, to_decision, to_conditions, CUBE (bank_id, mode, is_sme) HAVING is_sme IS NOT FALSE
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Over which applications a figure is taken; ``bank_id`` of ``None`` is the fund as a whole, in which an enterprise counts once."""

    bank_id: int | None = None
    mode: ModeScope = ModeScope.BOTH
    size: SizeScope = SizeScope.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a cell comes to: enterprises that count, applications by what became of them, working days. Source: FP 1.6.5; D8."""

    counts: Counts = field(default_factory=Counts)
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    to_decision: Efficiency = field(default_factory=Efficiency)
    to_conditions: Efficiency = field(default_factory=Efficiency)

    @property
    def applications(self) -> int:
        """Return how many applications were submitted, whatever became of them."""
        return sum(self.outcomes.values())

    @property
    def matured_applications(self) -> int:
        """Return how many applications made their enterprises count. Source: D9."""
        return sum(count for outcome, count in self.outcomes.items() if outcome in COUNTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearStatistics:
    """The response rates of a year, as they stand on a day. Cells without an application are not there."""

    year: int
    as_of: date
    cells: Mapping[Cell, Figures]

    def of(self, bank_id: int | None = None, mode: ModeScope = ModeScope.BOTH, size: SizeScope = SizeScope.ALL) -> Figures:
        """Return the figures of a cell; of one without an application, empty ones."""
        return self.cells.get(Cell(bank_id, mode, size), Figures())

    def places(self, mode: ModeScope = ModeScope.BOTH, size: SizeScope = SizeScope.ALL) -> dict[int, int]:
        """Return the place of each bank that has a rate in the mode. Source: FP 1.6.5."""
        pairs = {
            cell.bank_id: (figures.counts.in_time, figures.counts.matured)
            for cell, figures in self.cells.items()
            if cell.bank_id is not None and (cell.mode, cell.size) == (mode, size)
        }
        return ranks(pairs)

    @property
    def banks(self) -> frozenset[int]:
        """Return the keys of the banks to which an application was submitted."""
        return frozenset(cell.bank_id for cell in self.cells if cell.bank_id is not None)


def year_statistics(year: int, *, as_of: date) -> YearStatistics:
    """
    Return the response rates of the applications submitted in a year.

    Per bank and over the fund, in both modes and each, of all sizes and of micro, small and medium enterprises.

    Source: FP 1.6.5, FP 2.2.1, FP 2.2.2; D7, D8, D42.
    """
    return statistics_of(JUDGED, judged_of(year, as_of=as_of), year=year, as_of=as_of)


def statistics_of(judged: str, parameters: Mapping[str, Any], *, year: int, as_of: date) -> YearStatistics:
    """Return the figures of applications as a part of a statement judges them. One statement. Source: FP 1.6.5; D8."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FOR_LARGE_SETS)
        cursor.execute(STATISTICS.format(judged=judged), parameters)
        rows = cursor.fetchall()
    return YearStatistics(year=year, as_of=as_of, cells=_cells(rows))


def _cells(rows: list[tuple[Any, ...]]) -> dict[Cell, Figures]:
    """Return the figures by cell, of the rows the statement gives: kind, cell, outcome or days, numbers."""
    counts: dict[Cell, Counts] = {}
    gathered: dict[Cell, dict[str, dict[Any, int]]] = {}
    for kind, bank_id, mode, is_sme, outcome, days, numbers in rows:
        if kind == "rate":
            counts |= {
                Cell(bank_id, *place): Counts(**dict(zip(_COUNTS, six, strict=True))) for place, six in zip(_PLACES, numbers, strict=True)
            }
            continue
        cell = Cell(bank_id, ModeScope(mode or ModeScope.BOTH), SizeScope.SME if is_sme else SizeScope.ALL)
        gathered.setdefault(cell, {}).setdefault(kind, {})[outcome if kind == "outcome" else days] = numbers[0][0]
    return {cell: _figures(counts.get(cell, Counts()), kinds) for cell, kinds in gathered.items()}


_COUNTS = ("in_time", "matured", "pending", "best", "sure", "submitted")


def _figures(counts: Counts, kinds: Mapping[str, Mapping[Any, int]]) -> Figures:
    return Figures(
        counts=counts,
        outcomes={Outcome(outcome): cases for outcome, cases in kinds.get("outcome", {}).items()},
        to_decision=efficiency(kinds.get("decision", {})),
        to_conditions=efficiency(kinds.get("conditions", {})),
    )
