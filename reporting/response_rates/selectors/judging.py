"""How each application of a year counts, as one part of a statement: every figure, list and frozen row reads it from here."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from policy.models import PolicyVersion
from policy.selectors.calendar import working_calendar
from policy.selectors.versions import version_for
from policy.working_days import WorkingCalendar

_DAY = timedelta(days=1)

# Flags of an application within its enterprise: it counts; it is in time; it will count; it is in time before its days are over; it can
# still be. An enterprise has those of all its applications.
COUNTS, IN_TIME, WILL_COUNT, SURE, OPEN = 1, 2, 4, 8, 16

JUDGED = f"""
term (on_day, version_id, due_on, worked) AS MATERIALIZED (
    SELECT * FROM unnest(%(starts)s::date[], %(versions)s::bigint[], %(dues)s::date[], %(begun)s::int[])
), day (on_day, worked) AS MATERIALIZED (
    SELECT * FROM unnest(%(days)s::date[], %(worked)s::int[])
), fact AS (
    SELECT a.id, a.bank_id, a.enterprise_id, a.mode, a.enterprise_size, a.enterprise_size <> 'large' AS is_sme, a.submitted_on, t.due_on,
        d.on_day AS decided_on, c.on_day AS conditions_met_on, d.worked - t.worked AS to_decision, c.worked - t.worked AS to_conditions,
        CASE WHEN a.withdrawn_on <= %(as_of)s THEN a.withdrawn_on END AS withdrawn_on,
        a.intent_id IS NOT NULL AS has_intent, a.state = 'refused' AND d.on_day IS NOT NULL AS is_refused,
        COALESCE(a.lapsed_on <= %(as_of)s, false) AS is_lapsed, t.due_on < %(as_of)s AS is_over,
        COALESCE(c.on_day <= t.due_on, false) OR COALESCE(r.ruled_as = 'in_time', false) AS is_in_time, r.ruled_as
    FROM loans_application a
    JOIN term t ON t.on_day = a.submitted_on AND t.version_id = a.policy_version_id
    LEFT JOIN day d ON d.on_day = a.decided_on
    LEFT JOIN day c ON c.on_day = a.conditions_met_on
    LEFT JOIN reporting_rateobjection r ON r.application_id = a.id AND r.state = 'answered' AND r.verdict = 'changed'
    WHERE a.submitted_on >= %(from_on)s AND a.submitted_on < %(until_on)s AND a.submitted_on <= %(as_of)s
), judged AS (
    SELECT f.*, o.outcome,
        CASE o.outcome
            WHEN 'in_time' THEN {COUNTS | IN_TIME}
            WHEN 'late' THEN {COUNTS} WHEN 'refused' THEN {COUNTS} WHEN 'unmet' THEN {COUNTS}
            WHEN 'not_matured' THEN {WILL_COUNT} + CASE
                WHEN f.is_in_time THEN {SURE}
                WHEN f.is_refused OR f.is_lapsed OR f.withdrawn_on IS NOT NULL THEN 0
                ELSE {OPEN} END
            ELSE 0
        END AS flags
    FROM fact f CROSS JOIN LATERAL (SELECT CASE
        WHEN f.ruled_as = 'excluded' THEN 'excluded'
        WHEN f.ruled_as IS NULL AND NOT f.has_intent THEN 'without_intent'
        WHEN f.is_in_time AND f.is_over THEN 'in_time'
        WHEN f.is_in_time THEN 'not_matured'
        WHEN f.withdrawn_on < f.due_on THEN 'withdrawn'
        WHEN NOT f.is_over THEN 'not_matured'
        WHEN f.conditions_met_on IS NOT NULL THEN 'late'
        WHEN f.is_refused THEN 'refused'
        ELSE 'unmet' END AS outcome) o
)
"""


def judged_of(year: int, *, as_of: date) -> dict[str, Any]:
    """
    Return the parameters of ``JUDGED`` for the applications submitted in a year, as they stand before the day ``as_of`` is over.

    Each application's term is that of its own version, counted on the present calendar; nothing dated after ``as_of`` is known.

    Source: FP 2.2.1; D6, D7, D8, D38, D42.
    """
    calendar, from_on, until_on = working_calendar(), date(year, 1, 1), date(year + 1, 1, 1)
    starts = [from_on + _DAY * n for n in range((min(until_on, as_of + _DAY) - from_on).days)]
    terms = [(on, version, calendar.due(on, limit).on) for version, limit in limits().items() for on in starts]
    known = [from_on + _DAY * n for n in range((as_of - from_on).days + 1)]
    return {
        "as_of": as_of,
        "from_on": from_on,
        "until_on": until_on,
        "starts": [on for on, _, _ in terms],
        "versions": [version for _, version, _ in terms],
        "dues": [due for _, _, due in terms],
        "begun": [calendar.elapsed(from_on, on) for on, _, _ in terms],
        "days": known,
        "worked": [calendar.elapsed(from_on, on) for on in known],
    }


def limits() -> Mapping[int, int]:
    """Return the working days within which conditions are to be reached, by the key of the version. Source: FP 2.2.1; D7."""
    return {row.pk: version_for(row).terms.response.working_days for row in PolicyVersion.objects.all()}


def last_due_of(year: int, *, calendar: WorkingCalendar) -> date:
    """Return the day on which the term of the year's last day ends: from the next day on, nothing is open. Source: D42."""
    return max(calendar.due(date(year, 12, 31), limit).on for limit in limits().values())
