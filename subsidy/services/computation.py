"""
The sums of a settlement, in the database: lines in one INSERT … SELECT, shares in a second, then the revision that seals them.

The arithmetic is that of ``subsidy.rules``; tests hold the two against each other. Nothing here loops over loans.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from common.errors import DomainError
from loans.models import Loan
from parties.models import Member
from subsidy.enums import SETTLEMENT_FINAL
from subsidy.models import Revision, Settlement
from subsidy.selectors.history import first_open_before, last_filed_before

NOT_NULL_VIOLATION = "23502"
_FOR_LARGE_SETS = "SELECT set_config('work_mem', '256MB', true), set_config('jit', 'off', true)"


class LoanWithoutRate(DomainError):
    """A loan with principal outstanding has no bank return rate, so its subsidy cannot be computed."""

    code = "loan_without_rate"
    sentence = "贷款“{contract_number}”有余额但没有适用的银行回报利率，无法计算贴息，请先为该贷款登记回报利率。"
    clause = "FP 1.4.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The last movement and the last rate a computation knows, by row number."""

    movements: int
    rates: int


def known_through() -> Horizon:
    """
    Return the last movement and rate that are written for good; every one up to them is committed or never will be.

    Waits for writers for a moment. Call it outside a transaction, so that its lock goes at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT movements, rates FROM subsidy_known_through()")
        movements, rates = cursor.fetchone()
    return Horizon(movements=movements, rates=rates)


# own: the bank's loans as they stand. touch: what was recorded since the last filed settlement that reaches back before this quarter.
# asked: loan × quarter to compute: this quarter for every loan that can earn in it, and each earlier quarter a touch reaches.
# stretch: days between movements, with the balance. A loan's first rate holds from its first day; only loans with later rates (range)
# are cut at them. interest joins settled, what was settled before: where a loan has come to another county, or earns nothing any more,
# the old county gets a row without days that takes back what it was charged.
_LINES = """
WITH own AS NOT MATERIALIZED (
    SELECT id, district_id, enterprise_rate, policy_version_id, earns_until, subsidy_stopped_on AS stopped_on,
        LEAST(earns_until, subsidy_stopped_on) AS ends_on
    FROM loans_loan
    WHERE bank_id = %(bank)s AND mode = %(mode)s
), touch AS (
    SELECT m.loan_id, m.value_on AS since FROM loans_movement m
    WHERE %(adjusts)s AND m.id > %(movements_before)s AND m.id <= %(movements)s AND m.value_on < %(from_on)s
    UNION ALL
    SELECT r.loan_id, r.from_on FROM loans_loanrate r
    WHERE %(adjusts)s AND r.id > %(rates_before)s AND r.from_on < %(from_on)s
    UNION ALL
    SELECT o.id, LEAST(o.stopped_on, line.stopped_on)
    FROM own o CROSS JOIN LATERAL (
        SELECT DISTINCT ON (l.year, l.quarter) l.stopped_on, make_date(l.year, l.quarter * 3, %(first_day)s) AS until_on
        FROM subsidy_line l JOIN subsidy_settlement s ON s.current_id = l.revision_id AND s.state IN %(final)s
        WHERE l.loan_id = o.id ORDER BY l.year, l.quarter, l.id DESC
    ) AS line
    WHERE %(adjusts)s AND o.stopped_on < %(from_on)s AND line.until_on > o.stopped_on AND line.stopped_on IS DISTINCT FROM o.stopped_on
    UNION ALL
    SELECT l.loan_id, LEAST(o.stopped_on, l.stopped_on)
    FROM subsidy_line l JOIN subsidy_settlement s ON s.current_id = l.revision_id AND s.state IN %(final)s JOIN own o ON o.id = l.loan_id
    WHERE %(adjusts)s AND l.stopped_on IS NOT NULL AND o.stopped_on IS DISTINCT FROM l.stopped_on
), touched AS (
    SELECT t.loan_id, min(t.since) AS since FROM touch t JOIN own ON own.id = t.loan_id GROUP BY t.loan_id
), earlier AS (
    SELECT t.loan_id, (g.until_on - interval '3 months')::date AS quarter_on, g.until_on::date AS until_on
    FROM touched t
    CROSS JOIN LATERAL generate_series(%(from_on)s::timestamp, t.since + interval '1 day', interval '-3 months') AS g (until_on)
), settled AS (
    SELECT e.loan_id, e.quarter_on, so_far.district_id, so_far.county_share, so_far.settled,
        (SELECT subsidy_stopped_on FROM loans_loan WHERE id = e.loan_id) AS stopped_on
    FROM earlier e CROSS JOIN LATERAL (
        SELECT l.district_id, l.county_share, sum(l.subsidy) AS settled
        FROM subsidy_line l JOIN subsidy_settlement s ON s.current_id = l.revision_id AND s.state IN %(final)s
        WHERE l.loan_id = e.loan_id AND l.year = extract(year FROM e.until_on) AND l.quarter = extract(quarter FROM e.until_on)
        GROUP BY l.district_id, l.county_share
    ) AS so_far
), asked AS (
    SELECT id AS loan_id, %(from_on)s AS quarter_on, LEAST(%(until_on)s, ends_on) AS until_on FROM own WHERE ends_on > %(from_on)s
    UNION ALL
    SELECT e.loan_id, e.quarter_on, LEAST(e.until_on, own.ends_on) FROM earlier e JOIN own ON own.id = e.loan_id
    WHERE own.ends_on > e.quarter_on
), stretch AS (
    SELECT a.loan_id, a.quarter_on, GREATEST(m.value_on, a.quarter_on) AS from_on,
        lead(GREATEST(m.value_on, a.quarter_on), 1, a.until_on) OVER w AS until_on, sum(m.performing) OVER w AS balance
    FROM asked a JOIN loans_movement m ON m.loan_id = a.loan_id AND m.value_on < a.until_on AND m.id <= %(movements)s
    WINDOW w AS (PARTITION BY a.loan_id, a.quarter_on ORDER BY m.value_on, m.id ROWS UNBOUNDED PRECEDING)
), first_rate AS (
    SELECT DISTINCT ON (r.loan_id) r.loan_id, r.rate FROM loans_loanrate r JOIN own ON own.id = r.loan_id ORDER BY r.loan_id, r.from_on
), range AS MATERIALIZED (
    SELECT r.loan_id, r.rate, lag(r.from_on) OVER w IS NULL AS is_first,
        CASE WHEN lag(r.from_on) OVER w IS NULL THEN '-infinity' ELSE r.from_on END AS from_on,
        lead(r.from_on, 1, 'infinity') OVER w AS until_on
    FROM loans_loanrate r
    WHERE r.loan_id IN (SELECT loan_id FROM loans_loanrate GROUP BY loan_id HAVING count(*) > 1)
    WINDOW w AS (PARTITION BY r.loan_id ORDER BY r.from_on)
), later_rates AS (
    SELECT loan_id, jsonb_object_agg(from_on, rate::text) AS rates FROM range WHERE NOT is_first GROUP BY loan_id
), cut AS (
    SELECT s.loan_id, s.quarter_on, s.balance, r.rate, LEAST(s.until_on, r.until_on) - GREATEST(s.from_on, r.from_on) AS days
    FROM stretch s LEFT JOIN range r ON r.loan_id = s.loan_id AND r.from_on < s.until_on AND r.until_on > s.from_on
    WHERE s.until_on > s.from_on AND s.balance > 0
), earned AS (
    SELECT loan_id, quarter_on, sum(days) AS days, sum(balance * days) AS principal, sum(balance * days * rate) AS bank
    FROM cut GROUP BY loan_id, quarter_on
), terms AS MATERIALIZED (
    SELECT id, (terms #>> ARRAY['subsidy', 'base_share', %(mode)s])::numeric(30, 20) AS base_share,
        (terms #>> ARRAY['subsidy', 'day_count'])::numeric AS day_count,
        (terms #>> ARRAY['subsidy', 'county_share'])::numeric AS county_share
    FROM policy_policyversion
), interest AS (
    SELECT earned.loan_id, earned.quarter_on, own.district_id, terms.county_share, earned.days, own.earns_until, own.stopped_on,
        first_rate.rate AS first_rate, later_rates.rates AS later_rates,
        round(coalesce(earned.bank, earned.principal * first_rate.rate) * terms.base_share / terms.day_count, 2) AS bank,
        round(earned.principal * own.enterprise_rate * terms.base_share / terms.day_count, 2) AS enterprise
    FROM earned JOIN own ON own.id = earned.loan_id JOIN terms ON terms.id = own.policy_version_id
    LEFT JOIN first_rate ON first_rate.loan_id = earned.loan_id LEFT JOIN later_rates ON later_rates.loan_id = earned.loan_id
), due AS (
    SELECT loan_id, quarter_on, district_id, county_share, coalesce(i.days, 0) AS days, i.earns_until,
        CASE WHEN i.days IS NULL THEN s.stopped_on ELSE i.stopped_on END AS stopped_on, i.first_rate, i.later_rates,
        CASE WHEN i.days IS NULL THEN 0 ELSE i.bank END AS bank, coalesce(i.enterprise, 0) AS enterprise, coalesce(s.settled, 0) AS settled
    FROM interest i FULL JOIN settled s USING (loan_id, quarter_on, district_id, county_share)
)
INSERT INTO subsidy_line (revision_id, loan_id, district_id, year, quarter, days, earns_until, stopped_on, first_rate, later_rates,
    county_share, bank_interest, enterprise_interest, settled, subsidy)
SELECT %(revision)s, loan_id, district_id,
    CASE quarter_on WHEN %(from_on)s THEN %(year)s ELSE extract(year FROM quarter_on + interval '3 months') END,
    CASE quarter_on WHEN %(from_on)s THEN %(quarter)s ELSE extract(quarter FROM quarter_on + interval '3 months') END,
    days, earns_until, stopped_on, first_rate, later_rates, county_share,
    bank, enterprise, settled, GREATEST(bank - enterprise, 0) - settled
FROM due
WHERE quarter_on = %(from_on)s OR GREATEST(bank - enterprise, 0) <> settled
"""

# A county's sum and what its last settlement carried over; below zero it is carried again. The county rounds toward zero.
_SHARES = """
WITH summed AS (
    SELECT district_id, county_share, count(*) AS line_count, sum(subsidy) AS subsidy FROM subsidy_line
    WHERE revision_id = %(revision)s GROUP BY district_id, county_share
), carried AS (
    SELECT district_id, county_share, carried_out FROM subsidy_share
    WHERE revision_id = (SELECT current_id FROM subsidy_settlement WHERE id = %(follows)s) AND carried_out < 0
), due AS (
    SELECT district_id, county_share, coalesce(line_count, 0) AS line_count, coalesce(subsidy, 0) AS subsidy,
        coalesce(carried_out, 0) AS carried_in, coalesce(subsidy, 0) + coalesce(carried_out, 0) AS due
    FROM summed FULL JOIN carried USING (district_id, county_share)
)
INSERT INTO subsidy_share (revision_id, district_id, county_share, line_count, subsidy, carried_in, city, county, carried_out)
SELECT %(revision)s, district_id, county_share, line_count, subsidy, carried_in,
    GREATEST(due, 0) - trunc(GREATEST(due, 0) * county_share, 2), trunc(GREATEST(due, 0) * county_share, 2), LEAST(due, 0)
FROM due
"""

# The digest is built in blocks of a thousand loans, so that memory does not grow with the settlement.
_DIGEST = """
WITH block AS (
    SELECT loan_id / 1000 AS block, sha256(convert_to(string_agg(
        concat_ws('|', loan_id, district_id, year, quarter, days, earns_until, stopped_on, first_rate, later_rates, county_share,
            bank_interest, enterprise_interest, settled, subsidy),
        E'\\n' ORDER BY loan_id, year, quarter, district_id), 'UTF8')) AS digest
    FROM subsidy_line WHERE revision_id = %(revision)s GROUP BY loan_id / 1000
), shares AS (
    SELECT string_agg(concat_ws('|', district_id, county_share, line_count, subsidy, carried_in, city, county, carried_out), E'\\n'
        ORDER BY district_id, county_share) AS text
    FROM subsidy_share WHERE revision_id = %(revision)s
)
SELECT encode(sha256(coalesce((SELECT string_agg(digest, ''::bytea ORDER BY block) FROM block), ''::bytea)
    || convert_to(coalesce((SELECT text FROM shares), ''), 'UTF8')), 'hex')
"""

_SUMS = """
WITH lines AS (
    SELECT count(*) FILTER (WHERE is_own) AS line_count, count(*) FILTER (WHERE NOT is_own) AS adjustment_count,
        coalesce(sum(bank_interest) FILTER (WHERE is_own), 0) AS bank_interest,
        coalesce(sum(enterprise_interest) FILTER (WHERE is_own), 0) AS enterprise_interest,
        coalesce(sum(subsidy) FILTER (WHERE is_own), 0) AS subsidy, coalesce(sum(subsidy) FILTER (WHERE NOT is_own), 0) AS adjustments
    FROM (SELECT *, year = %(year)s AND quarter = %(quarter)s AS is_own FROM subsidy_line WHERE revision_id = %(revision)s) AS l
), shares AS (
    SELECT coalesce(sum(carried_in), 0) AS carried_in, coalesce(sum(city), 0) AS city, coalesce(sum(county), 0) AS county,
        coalesce(sum(carried_out), 0) AS carried_out
    FROM subsidy_share WHERE revision_id = %(revision)s
)
SELECT * FROM lines, shares
"""


def compute_revision(settlement: Settlement, *, reason: str, horizon: Horizon, actor: Member, at: datetime) -> Revision:
    """
    Compute the settlement anew from what is known up to the horizon, and return the revision, complete and sealed.

    The settlement's row is locked by the caller. Earlier quarters are adjusted only when all earlier settlements of the bank and mode
    are filed; until then the open one takes the corrections itself.

    Raises:
        LoanWithoutRate: a loan with principal outstanding has no rate.

    Source: FP 1.4.1; D10-D14, D35.
    """
    follows = last_filed_before(settlement)
    asked = _parameters(settlement, follows=follows, horizon=horizon)
    with connection.cursor() as cursor:
        cursor.execute(_FOR_LARGE_SETS)
        cursor.execute("SELECT nextval(pg_get_serial_sequence('subsidy_revision', 'id'))")
        asked["revision"] = cursor.fetchone()[0]
        _write_lines(cursor, asked)
        cursor.execute(_SHARES, asked)
        cursor.execute(_DIGEST, asked)
        content = cursor.fetchone()[0]
        cursor.execute(_SUMS, asked)
        sums = dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))
    number = settlement.revisions.count() + 1
    return Revision.objects.create(
        id=asked["revision"],
        settlement=settlement,
        number=number,
        reason=reason,
        follows=follows,
        movements_through=horizon.movements,
        rates_through=horizon.rates,
        computed_at=at,
        computed_by=actor,
        content_sha256=content,
        sha256=hashlib.sha256(f"{settlement.public_id}:{number}:{content}".encode()).hexdigest(),
        **sums,
    )


def _parameters(settlement: Settlement, *, follows: Settlement | None, horizon: Horizon) -> dict[str, Any]:
    """Return what the statements ask for."""
    before = follows.current if follows is not None else None
    return {
        "bank": settlement.bank_id,
        "mode": settlement.mode,
        "year": settlement.year,
        "quarter": settlement.quarter,
        "from_on": settlement.from_on,
        "until_on": settlement.until_on,
        "first_day": settlement.from_on.day,
        "movements": horizon.movements,
        "rates": horizon.rates,
        "adjusts": before is not None and first_open_before(settlement) is None,
        "movements_before": before.movements_through if before is not None else 0,
        "rates_before": before.rates_through if before is not None else 0,
        "follows": follows.pk if follows is not None else None,
        "final": tuple(SETTLEMENT_FINAL),
    }


def _write_lines(cursor: CursorWrapper, asked: dict[str, Any]) -> None:
    """
    Write the lines, all in one statement.

    Raises:
        LoanWithoutRate: the sum of a loan has no value, because it has no rate.
    """
    try:
        with transaction.atomic():
            cursor.execute("SET LOCAL enable_hashjoin = off")  # loans, movements and rates lie in one order: merging them sorts nothing
            cursor.execute(_LINES, asked)
            cursor.execute("SET LOCAL enable_hashjoin = on")
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "sqlstate", None) != NOT_NULL_VIOLATION:
            raise
        unrated = Loan.objects.filter(
            bank_id=asked["bank"], mode=asked["mode"], first_drawdown_on__isnull=False, rates__isnull=True
        ).first()
        if unrated is None:
            raise
        raise LoanWithoutRate(contract_number=unrated.contract_number) from error
