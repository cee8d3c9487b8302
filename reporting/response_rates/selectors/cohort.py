"""A figure opened to the applications it is made of, each with what became of it; a locked year as it was frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reporting.enums import Outcome, YearState
from reporting.models import ResponseYear
from reporting.response_rates.selectors.judging import COUNTS, IN_TIME, JUDGED, OPEN, WILL_COUNT, judged_of
from reporting.response_rates.selectors.statistics import FOR_LARGE_SETS, Cell, YearStatistics, statistics_of

FROZEN = f"""
judged AS (
    SELECT f.application_id AS id, f.bank_id, f.enterprise_id, f.mode, f.enterprise_size, f.enterprise_size <> 'large' AS is_sme,
        f.submitted_on, f.due_on, f.decided_on, f.conditions_met_on, f.withdrawn_on, f.to_decision, f.to_conditions, f.outcome,
        CASE f.outcome WHEN 'in_time' THEN {COUNTS | IN_TIME} WHEN 'late' THEN {COUNTS} WHEN 'refused' THEN {COUNTS}
            WHEN 'unmet' THEN {COUNTS} ELSE 0 END AS flags
    FROM reporting_frozencase f WHERE f.year_id = %(year)s
)
"""
_LISTED = """
WITH {judged}, in_cell AS (
    SELECT *, bit_or(flags) OVER (PARTITION BY {once}) AS of_enterprise,
        row_number() OVER (PARTITION BY {once} ORDER BY flags & {in_time} DESC, flags & {counts} DESC, flags DESC, submitted_on, id)
            AS place
    FROM judged
    WHERE (%(bank)s::bigint IS NULL OR bank_id = %(bank)s) AND (%(mode)s = 'both' OR mode = %(mode)s) AND (%(size)s = 'all' OR is_sme)
), listed AS (SELECT *, count(*) OVER () AS of_all FROM in_cell WHERE {condition} ORDER BY due_on, id LIMIT %(limit)s OFFSET %(offset)s)
SELECT l.id, a.public_id, a.number, l.bank_id, b.name, e.name, l.mode, l.enterprise_size, l.submitted_on, l.due_on, l.decided_on,
    l.conditions_met_on, l.withdrawn_on, l.to_decision, l.to_conditions, l.outcome, l.flags, l.of_enterprise, a.refusal_reason,
    a.withdrawal_reason, a.conditions_recorded_on, a.conditions_late_reason, l.of_all
FROM listed l JOIN loans_application a ON a.id = l.id JOIN parties_institution b ON b.id = l.bank_id
JOIN parties_enterprise e ON e.id = l.enterprise_id
ORDER BY l.due_on, l.id
"""


class Listing(StrEnum):
    """What of a cell is listed: enterprises by the application that makes them count, or all applications."""

    MATURED = "matured"
    SUCCEEDED = "succeeded"
    PENDING = "pending"
    OPEN = "open"
    EVERY = "every"


LISTING_LABELS: Mapping[str, str] = {
    Listing.MATURED: "到期企业(一户一行)",
    Listing.SUCCEEDED: "按时企业(一户一行)",
    Listing.PENDING: "尚未计入的企业(一户一行)",
    Listing.OPEN: "在办申请",
    Listing.EVERY: "全部申请",
} | {str(value): f"申请：{label}" for value, label in Outcome.choices}
_CONDITIONS = {
    Listing.MATURED: f"place = 1 AND of_enterprise & {COUNTS} > 0",
    Listing.SUCCEEDED: f"place = 1 AND of_enterprise & {IN_TIME} > 0",
    Listing.PENDING: f"place = 1 AND of_enterprise & {COUNTS} = 0 AND of_enterprise & {WILL_COUNT} > 0",
    Listing.OPEN: f"flags & {OPEN} > 0",
    Listing.EVERY: "true",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRow:
    """One application of a year as it counts; ``of_enterprise`` are the flags of its enterprise within the cell."""

    application_id: int
    public_id: UUID
    number: str
    bank_id: int
    bank: str
    enterprise: str
    mode: str
    enterprise_size: str
    submitted_on: date
    due_on: date
    decided_on: date | None
    conditions_met_on: date | None
    withdrawn_on: date | None
    to_decision: int | None
    to_conditions: int | None
    outcome: Outcome
    flags: int
    of_enterprise: int
    refusal_reason: str
    withdrawal_reason: str
    conditions_recorded_on: date | None
    conditions_late_reason: str

    @property
    def is_open(self) -> bool:
        """Return whether the application can still reach conditions in time."""
        return bool(self.flags & OPEN)

    @property
    def is_dated_back(self) -> bool:
        """Return whether conditions were written down after the term and count within it. Source: D7."""
        met, recorded = self.conditions_met_on, self.conditions_recorded_on
        return met is not None and recorded is not None and met <= self.due_on < recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list, and how many it has in all."""

    rows: list[CohortRow]
    count: int


def source_of(year: ResponseYear, *, as_of: date) -> tuple[str, dict[str, Any]]:
    """Return the part of a statement that says how each application of the year counts, with its parameters. Source: FP 1.6.5; D43."""
    if year.state == YearState.LOCKED:
        return FROZEN, {"year": year.pk}
    return JUDGED, judged_of(year.year, as_of=as_of)


def statistics_on(year: ResponseYear, *, as_of: date) -> YearStatistics:
    """Return the year's rates: as they stand on the day, or as they were locked. Source: FP 1.6.5; D8, D43."""
    judged, parameters = source_of(year, as_of=as_of)
    day = year.as_of if year.state == YearState.LOCKED and year.as_of is not None else as_of
    return statistics_of(judged, parameters, year=year.year, as_of=day)


def cohort(
    year: ResponseYear, cell: Cell, listing: str, *, as_of: date, limit: int | None = None, offset: int = 0, each_bank: bool = False
) -> Page:
    """
    Return the applications that a figure of a cell is made of: as many rows as the figure says.

    Of an enterprise that counts the application that makes it count stands for it: one in time before any other, then the earliest.
    ``each_bank``: an enterprise stands once at each bank, even where the cell is the fund's.

    Source: FP 1.6.5; D8, D42.
    """
    judged, parameters = source_of(year, as_of=as_of)
    condition = _CONDITIONS[Listing(listing)] if listing in set(Listing) else "outcome = %(outcome)s"
    once = "enterprise_id, bank_id" if each_bank else "enterprise_id"
    statement = _LISTED.format(judged=judged, condition=condition, in_time=IN_TIME, counts=COUNTS, once=once)
    asked = {"bank": cell.bank_id, "mode": cell.mode.value, "size": cell.size.value, "limit": limit, "offset": offset, "outcome": listing}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FOR_LARGE_SETS)
        cursor.execute(statement, parameters | asked)
        found = cursor.fetchall()
    names = CohortRow.__dataclass_fields__
    rows = [CohortRow(**dict(zip(names, row[:-1], strict=True)) | {"outcome": Outcome(row[15])}) for row in found]
    return Page(rows=rows, count=found[0][-1] if found else 0)
