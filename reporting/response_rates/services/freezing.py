"""A year's applications and rates written down for good, and the digest by which anybody finds them unchanged."""

import hashlib
from collections.abc import Iterable
from datetime import date

from django.db import connection

from common.database import allow_long_work
from reporting.models import FrozenRate, ResponseYear
from reporting.response_rates.selectors.cohort import FROZEN
from reporting.response_rates.selectors.judging import JUDGED, judged_of
from reporting.response_rates.selectors.statistics import FOR_LARGE_SETS, Cell, Figures, statistics_of

_FREEZE = f"""
WITH {JUDGED}
INSERT INTO reporting_frozencase (year_id, application_id, bank_id, enterprise_id, mode, enterprise_size, submitted_on, due_on, decided_on,
    conditions_met_on, withdrawn_on, to_decision, to_conditions, outcome)
SELECT %(year)s, id, bank_id, enterprise_id, mode, enterprise_size, submitted_on, due_on, decided_on, conditions_met_on, withdrawn_on,
    to_decision, to_conditions, outcome
FROM judged
"""
_DIGEST = """
SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws(',', a.number, b.code, e.credit_code, f.mode, f.enterprise_size,
    f.submitted_on, f.due_on, coalesce(f.decided_on::text, '-'), coalesce(f.conditions_met_on::text, '-'),
    coalesce(f.withdrawn_on::text, '-'), f.outcome), E'\\n' ORDER BY a.number), ''), 'UTF8')), 'hex')
FROM reporting_frozencase f JOIN loans_application a ON a.id = f.application_id JOIN parties_institution b ON b.id = f.bank_id
JOIN parties_enterprise e ON e.id = f.enterprise_id
WHERE f.year_id = %s
"""


def freeze(year: ResponseYear, *, as_of: date) -> str:
    """
    Write the year's applications and rates down as they stand before the day is over, and return their SHA-256.

    The rates are counted of the rows just written, so that both say the same whatever is recorded meanwhile.

    Source: FP 1.6.5; D43.
    """
    allow_long_work("lock_response_year")
    with connection.cursor() as cursor:
        cursor.execute(FOR_LARGE_SETS)
        cursor.execute(_FREEZE, judged_of(year.year, as_of=as_of) | {"year": year.pk})
    found = statistics_of(FROZEN, {"year": year.pk}, year=year.year, as_of=as_of)
    FrozenRate.objects.bulk_create(_rate(year, cell, figures) for cell, figures in found.cells.items())
    return digest_of(year)


def digest_of(year: ResponseYear) -> str:
    """Return the SHA-256 of what was frozen: of the applications' lines, then of the rates' (README of ``reporting``). Source: D43."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [year.pk])
        (of_cases,) = cursor.fetchone()
    lines = [of_cases, *_lines(FrozenRate.objects.filter(year=year).select_related("bank"))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def is_unchanged(year: ResponseYear) -> bool:
    """Return whether what is frozen still has the digest it was locked with. Source: D43."""
    return digest_of(year) == year.sha256


def _lines(rates: Iterable[FrozenRate]) -> list[str]:
    return sorted(
        f"{rate.bank.code if rate.bank else '-'},{rate.mode},{rate.size},{rate.in_time},{rate.matured},"
        f"{rate.decisions},{rate.decision_days},{rate.conditions},{rate.conditions_days}"
        for rate in rates
    )


def _rate(year: ResponseYear, cell: Cell, figures: Figures) -> FrozenRate:
    return FrozenRate(
        year=year,
        bank_id=cell.bank_id,
        mode=cell.mode,
        size=cell.size,
        in_time=figures.counts.in_time,
        matured=figures.counts.matured,
        outcomes={str(outcome): count for outcome, count in figures.outcomes.items()},
        decisions=figures.to_decision.cases,
        decision_days=figures.to_decision.days,
        decision_median=figures.to_decision.median,
        decision_ninetieth=figures.to_decision.ninetieth,
        conditions=figures.to_conditions.cases,
        conditions_days=figures.to_conditions.days,
        conditions_median=figures.to_conditions.median,
        conditions_ninetieth=figures.to_conditions.ninetieth,
    )
