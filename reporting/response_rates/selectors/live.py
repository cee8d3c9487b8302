"""What a bank's open applications can still do to its rate, and which banks leave intents unrecorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reporting.enums import ModeScope, Outcome
from reporting.models import ResponseYear
from reporting.response_rates.rules import Counts
from reporting.response_rates.selectors.cohort import CohortRow, Listing, cohort
from reporting.response_rates.selectors.judging import COUNTS, IN_TIME
from reporting.response_rates.selectors.statistics import Cell, YearStatistics


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """One application that can still reach conditions in time, and its bank's rate if it does and nothing else happens."""

    row: CohortRow
    rate_if_met: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCases:
    """Some open applications, and how many there are."""

    cases: list[OpenCase]
    count: int


def open_cases(
    year: ResponseYear,
    statistics: YearStatistics,
    *,
    bank_id: int | None = None,
    mode: ModeScope = ModeScope.BOTH,
    limit: int | None = None,
    offset: int = 0,
) -> OpenCases:
    """
    Return the open applications of one bank or of all, the first due first, each with what it does to the rate of its own bank.

    ``statistics`` are the year's, by which the rates are counted and as of whose day the applications stand.

    Source: FP 1.6.5; D8.
    """
    cell = Cell(bank_id, mode)
    found = cohort(year, cell, Listing.OPEN, as_of=statistics.as_of, limit=limit, offset=offset, each_bank=True)
    cases = [OpenCase(row=row, rate_if_met=rate_if_met(statistics.of(row.bank_id, mode).counts, row)) for row in found.rows]
    return OpenCases(cases=cases, count=found.count)


def rate_if_met(counts: Counts, row: CohortRow) -> Decimal | None:
    """Return the cell's rate once this application has reached conditions in time. Source: FP 1.6.5; D8."""
    return counts.if_met(counts_already=bool(row.of_enterprise & COUNTS), succeeded_already=bool(row.of_enterprise & IN_TIME))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """How many of a bank's applications came without a recorded intent, of how many; ``is_alarming`` above the version's line."""

    bank_id: int
    without_intent: int
    applications: int
    is_alarming: bool


def without_intent(statistics: YearStatistics, banks: Iterable[int], *, alarm_share: Decimal) -> list[Unrecorded]:
    """Return for each bank what it left without intent: only the bank records intents, so it could leave hard cases out. Source: D44."""
    least, of = alarm_share.as_integer_ratio()
    found = []
    for bank_id in banks:
        figures = statistics.of(bank_id)
        missing = figures.outcomes.get(Outcome.WITHOUT_INTENT, 0)
        alarming = missing * of > least * figures.applications
        found.append(Unrecorded(bank_id=bank_id, without_intent=missing, applications=figures.applications, is_alarming=alarming))
    return found
