"""A year's response rates of all banks through the selector, beside one hand-written statement."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from statistics import median

from django.db import connection

from benchmarks.database import scratch, settle, triggers_at_rest, use
from benchmarks.measure import Result, Timings, at_most, say, seconds, timed
from benchmarks.portfolio import World, add_applications, world
from policy.selectors.calendar import working_calendar
from reporting.enums import ModeScope, SizeScope
from reporting.response_rates.selectors.statistics import year_statistics
from tests.factories import InstitutionFactory, MemberFactory

YEAR, AS_OF, BANKS = 2024, date(2025, 4, 1), 20
MILLION_SECONDS = 5.0
_BY_HAND = """
WITH judged AS (
    SELECT a.bank_id, a.mode, a.enterprise_size <> 'large' AS is_sme, a.enterprise_id, a.intent_id IS NOT NULL AS has_intent,
        c.worked - s.worked AS to_conditions, d.worked - s.worked AS to_decision, a.conditions_met_on <= t.on_day AS in_time,
        a.withdrawn_on < t.on_day AS taken_back
    FROM loans_application a JOIN bench_day s ON s.on_day = a.submitted_on
    JOIN bench_due t ON t.submitted_on = a.submitted_on
    LEFT JOIN bench_day d ON d.on_day = a.decided_on LEFT JOIN bench_day c ON c.on_day = a.conditions_met_on
    WHERE a.submitted_on >= '2024-01-01' AND a.submitted_on < '2025-01-01'
)
SELECT bank_id, mode, is_sme,
    count(DISTINCT enterprise_id) FILTER (WHERE has_intent AND in_time),
    count(DISTINCT enterprise_id) FILTER (WHERE has_intent AND (in_time OR taken_back IS NOT TRUE)),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY to_decision), percentile_disc(0.9) WITHIN GROUP (ORDER BY to_decision),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY to_conditions), percentile_disc(0.9) WITHIN GROUP (ORDER BY to_conditions)
FROM judged GROUP BY CUBE (bank_id, mode, is_sme)
"""


def measure(options: Namespace) -> Iterator[Result]:
    """Yield the selector beside the statement for each number of applications, and the largest against its seconds."""
    for count in sorted(options.applications):
        with ExitStack() as stack:
            use(stack.enter_context(scratch(f"response_rates_{count}")))
            _load(world(), count)
            taken = _in_turn(count, options.rounds)
            yield taken.times(f"response rates of {count:,} applications: selector, hand-written statement", bar=at_most(1.5))
            if count >= 1_000_000:
                ours, most = median(taken.ours), MILLION_SECONDS * count / 1_000_000
                name = f"response rates of {count:,} applications, {most:g} s"
                yield Result(name=name, ours=seconds(ours), beside=seconds(most), ratio=ours / most, bar=at_most(1))


def _load(here: World, count: int) -> None:
    """Spread the applications over the year, the banks, modes, sizes and all that can become of one."""
    banks = [here.bank.pk, *(InstitutionFactory().pk for _ in range(BANKS - 1))]
    recorder = MemberFactory(institution=here.bank).pk
    add_applications(here, count)
    with triggers_at_rest(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loans_intent (public_id, bank_id, entry_id, recorded_on, recorded_by_id)"
            " SELECT gen_random_uuid(), b, e, '2024-01-01', %s FROM unnest(%s::bigint[]) AS b,"
            " (SELECT min(entry_id) AS e FROM loans_application WHERE id >= 1000000) AS one",
            [recorder, banks],
        )
        cursor.execute(  # what stands in a row is of no matter here but for the dates
            "SELECT conname FROM pg_constraint WHERE conrelid = 'loans_application'::regclass AND contype = 'c'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE loans_application DROP CONSTRAINT "{name}"')
        cursor.execute(
            "UPDATE loans_application SET bank_id = (%(banks)s::bigint[])[1 + (id * 7919 / 3) %% 20],"
            " mode = CASE WHEN id %% 3 = 0 THEN 'trust' ELSE 'special' END,"
            " enterprise_size = (ARRAY['large', 'medium', 'small', 'micro'])[1 + id %% 4],"
            " intent_id = CASE WHEN id %% 11 > 0 THEN (SELECT min(id) FROM loans_intent) END,"
            " submitted_on = date '2024-01-01' + (id * 31 %% 366)::int, decided_on = date '2024-01-01' + (id * 31 %% 366 + id %% 40)::int,"
            " conditions_met_on = CASE WHEN id %% 5 < 3 THEN date '2024-01-01' + (id * 31 %% 366 + id %% 60)::int END,"
            " withdrawn_on = CASE WHEN id %% 5 = 3 AND id %% 2 = 0 THEN date '2024-01-01' + (id * 31 %% 366 + id %% 50)::int END,"
            " state = CASE WHEN id %% 5 < 3 THEN 'conditions_met' WHEN id %% 5 = 3 AND id %% 2 = 0 THEN 'withdrawn' ELSE 'refused' END"
            " WHERE id >= 1000000",
            {"banks": banks},
        )
        cursor.execute("DELETE FROM loans_loan")
        cursor.execute("UPDATE loans_application SET submitted_on = '2023-01-01' WHERE id < 1000000")
        calendar = working_calendar()
        cursor.execute(
            "CREATE TABLE bench_day (on_day date PRIMARY KEY, worked int);"
            " CREATE TABLE bench_due (submitted_on date PRIMARY KEY, on_day date)"
        )
        for n in range(460):
            day = date.fromordinal(date(YEAR, 1, 1).toordinal() + n)
            cursor.execute("INSERT INTO bench_day VALUES (%s, %s)", [day, calendar.elapsed(date(YEAR, 1, 1), day)])
            cursor.execute("INSERT INTO bench_due VALUES (%s, %s)", [day, calendar.due(day, 30).on])
    settle()


def _in_turn(count: int, rounds: int) -> Timings:
    """Return the times of both, taken in turn; the first round warms up and compares them."""
    _require_same()
    ours, beside = [], []
    for number in range(1, rounds + 1):
        for is_ours in (True, False) if number % 2 else (False, True):
            if is_ours:
                ours.append(timed(lambda: year_statistics(YEAR, as_of=AS_OF)))
            else:
                beside.append(timed(_by_hand))
        say(f"round {number}/{rounds}, {count:,} applications: {ours[-1]:.2f} s, by hand {beside[-1]:.2f} s")
    return Timings(ours, beside)


def _by_hand() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', '256MB', false)")
        cursor.execute(_BY_HAND)
        return [row for row in cursor.fetchall() if row[2] is not False]


def _require_same() -> None:
    """Refuse to compare two computations that do not agree."""
    found = year_statistics(YEAR, as_of=AS_OF)
    by_hand = {row[:3]: row[3:] for row in _by_hand()}
    ours = {}
    for cell, one in found.cells.items():
        key = (cell.bank_id, None if cell.mode == ModeScope.BOTH else cell.mode.value, True if cell.size == SizeScope.SME else None)
        days = (one.to_decision.median, one.to_decision.ninetieth, one.to_conditions.median, one.to_conditions.ninetieth)
        ours[key] = (one.counts.in_time, one.counts.matured, *days)
    if ours != by_hand:
        different = [(key, ours.get(key), by_hand.get(key)) for key in set(ours) | set(by_hand) if ours.get(key) != by_hand.get(key)]
        raise SystemExit(f"the two computations differ: {different[:5]}")
