"""
The tax bureau's rows become enterprises, tax homes and yearly figures, by a fixed number of statements whatever their number.

Set-based SQL over the staged rows: 100,000 rows take seconds, and one transaction holds them all.
"""

from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.timezone import localdate

from audit.services import NewEvent, Scope, record_many
from parties.enums import FactSource
from parties.models import Enterprise, Member
from whitelist.enums import LISTED_STATES, EntryKind, RowOutcome
from whitelist.models import ImportFile

_TAKING_OVER_LOCK = 1_610_612  # one list at a time becomes figures
_TOLD = ("name", "industry_code", "registered_on", "registered_capital", "is_little_giant", "is_municipal_key")

_JUDGE = """
UPDATE whitelist_taxrow r SET previous_rd_expense = y.rd_expense, outcome = CASE
    WHEN e.id IS NULL THEN %(new)s
    WHEN y.id IS NULL THEN %(added)s
    WHEN (y.rd_expense, y.revenue, y.employees)
         IS NOT DISTINCT FROM (r.rd_expense, COALESCE(r.revenue, y.revenue), COALESCE(r.employees, y.employees)) THEN %(unchanged)s
    WHEN y.rd_expense IS DISTINCT FROM r.rd_expense AND EXISTS (
        SELECT FROM whitelist_entry w WHERE w.enterprise_id = e.id AND w.kind = %(rd)s AND w.list_year = r.year + 1
        AND w.state = ANY(%(listed)s) AND w.last_year_rd_expense IS NOT NULL) THEN %(changed_after_listing)s
    ELSE %(changed)s END
FROM whitelist_taxrow s
LEFT JOIN parties_enterprise e ON e.credit_code = s.credit_code
LEFT JOIN parties_enterpriseyear y ON y.enterprise_id = e.id AND y.year = s.year AND y.source = %(source)s
WHERE r.id = s.id AND s.file_id = %(file)s
"""
_LATEST = """
SELECT DISTINCT ON (credit_code) * FROM whitelist_taxrow WHERE file_id = %(file)s ORDER BY credit_code, year DESC
"""
_ADD_ENTERPRISES = f"""
INSERT INTO parties_enterprise (public_id, credit_code, name, industry_code, industry_override_reason, registered_in_city, registered_on,
    registered_capital, is_little_giant, is_municipal_key, contact_name, contact_phone, recorded_at)
SELECT gen_random_uuid(), r.credit_code, r.name, r.industry_code, '', true, r.registered_on, r.registered_capital,
    COALESCE(r.is_little_giant, false), COALESCE(r.is_municipal_key, false), '', '', %(at)s
FROM ({_LATEST}) r
ON CONFLICT (credit_code) DO NOTHING
"""
_IS_NEWEST = """
(e.facts_as_of IS NULL OR e.facts_as_of <= %(as_of)s)
    AND NOT EXISTS (SELECT FROM parties_enterpriseyear y WHERE y.enterprise_id = e.id AND y.source = %(source)s AND y.year > r.year)
"""
_NEWER = f"""
SELECT e.id, e.public_id, e.facts_as_of, e.name AS label,
    CASE WHEN 'name' = ANY(d.facts) THEN e.name ELSE r.name END AS name,
    CASE WHEN 'industry_code' = ANY(d.facts) THEN e.industry_code ELSE r.industry_code END AS industry_code,
    CASE WHEN 'registered_on' = ANY(d.facts) THEN e.registered_on ELSE r.registered_on END AS registered_on,
    CASE WHEN 'registered_capital' = ANY(d.facts) THEN e.registered_capital ELSE r.registered_capital END AS registered_capital,
    CASE WHEN 'tax_home' = ANY(d.facts) THEN NULL ELSE r.district_id END AS district_id,
    CASE WHEN 'is_little_giant' = ANY(d.facts) THEN e.is_little_giant ELSE COALESCE(r.is_little_giant, e.is_little_giant) END
        AS is_little_giant,
    CASE WHEN 'is_municipal_key' = ANY(d.facts) THEN e.is_municipal_key ELSE COALESCE(r.is_municipal_key, e.is_municipal_key) END
        AS is_municipal_key
FROM ({_LATEST}) r JOIN parties_enterprise e ON e.credit_code = r.credit_code
LEFT JOIN LATERAL (SELECT array_agg(f.fact) AS facts FROM parties_factdecision f WHERE f.enterprise_id = e.id) d ON true
WHERE {_IS_NEWEST}
"""
_CHANGED_ENTERPRISES = f"""
SELECT e.id, e.name, e.industry_code, e.registered_on, e.registered_capital, e.is_little_giant, e.is_municipal_key,
    n.name, n.industry_code, n.registered_on, n.registered_capital, n.is_little_giant, n.is_municipal_key
FROM ({_NEWER}) n JOIN parties_enterprise e ON e.id = n.id
WHERE (e.name, e.industry_code, e.registered_on, e.registered_capital, e.is_little_giant, e.is_municipal_key)
    IS DISTINCT FROM (n.name, n.industry_code, n.registered_on, n.registered_capital, n.is_little_giant, n.is_municipal_key)
ORDER BY e.id
"""
_CORRECT_ENTERPRISES = f"""
UPDATE parties_enterprise e SET name = n.name, industry_code = n.industry_code, registered_on = n.registered_on,
    registered_capital = n.registered_capital, is_little_giant = n.is_little_giant, is_municipal_key = n.is_municipal_key
FROM ({_NEWER}) n
WHERE e.id = n.id AND (e.name, e.industry_code, e.registered_on, e.registered_capital, e.is_little_giant, e.is_municipal_key)
    IS DISTINCT FROM (n.name, n.industry_code, n.registered_on, n.registered_capital, n.is_little_giant, n.is_municipal_key)
"""
_END_OLD_HOMES = f"""
UPDATE parties_taxhome h SET until_on = GREATEST(%(on)s, h.from_on)
FROM ({_NEWER}) n
WHERE h.enterprise_id = n.id AND h.until_on IS NULL AND h.district_id <> n.district_id
    AND (n.facts_as_of IS NOT NULL OR h.from_on <= %(as_of)s)
RETURNING h.enterprise_id, h.district_id, n.district_id
"""
_ADD_HOMES = f"""
INSERT INTO parties_taxhome (enterprise_id, district_id, from_on)
SELECT n.id, n.district_id, COALESCE((SELECT max(h.until_on) FROM parties_taxhome h WHERE h.enterprise_id = n.id), n.registered_on)
FROM ({_NEWER}) n
WHERE n.district_id IS NOT NULL AND NOT EXISTS (SELECT FROM parties_taxhome h WHERE h.enterprise_id = n.id AND h.until_on IS NULL)
"""
_WRITE_YEARS = """
INSERT INTO parties_enterpriseyear (enterprise_id, year, rd_expense, revenue, employees, source, source_reference, recorded_at)
SELECT e.id, r.year, r.rd_expense, r.revenue, r.employees, %(source)s, %(reference)s, %(at)s
FROM whitelist_taxrow r JOIN parties_enterprise e ON e.credit_code = r.credit_code
WHERE r.file_id = %(file)s AND r.outcome <> %(unchanged)s
ON CONFLICT (enterprise_id, year, source) DO UPDATE SET rd_expense = EXCLUDED.rd_expense,
    revenue = COALESCE(EXCLUDED.revenue, parties_enterpriseyear.revenue),
    employees = COALESCE(EXCLUDED.employees, parties_enterpriseyear.employees),
    source_reference = EXCLUDED.source_reference, recorded_at = EXCLUDED.recorded_at
"""
# What the list gives otherwise and did not change stays visible, for a person to decide; then how many rows had which outcome.
_COUNT = f"""
WITH dated AS (
    UPDATE parties_enterprise e SET facts_as_of = %(as_of)s FROM ({_LATEST}) r
    WHERE e.credit_code = r.credit_code AND e.facts_as_of IS DISTINCT FROM %(as_of)s AND {_IS_NEWEST}
), differing AS (
    INSERT INTO whitelist_listdifference (file_id, sheet, row, enterprise_id, fact, kept, listed, is_decided)
    SELECT r.file_id, r.sheet, r.row, e.id, f.fact, COALESCE(f.kept, ''), f.listed,
        EXISTS (SELECT FROM parties_factdecision d WHERE d.enterprise_id = e.id AND d.fact = f.fact)
    FROM ({_LATEST}) r JOIN parties_enterprise e ON e.credit_code = r.credit_code
    JOIN parties_district listed_home ON listed_home.id = r.district_id
    LEFT JOIN parties_taxhome h ON h.enterprise_id = e.id AND h.until_on IS NULL
    LEFT JOIN parties_district kept_home ON kept_home.id = h.district_id
    CROSS JOIN LATERAL (VALUES
        ('name', e.name, r.name),
        ('industry_code', e.industry_code, r.industry_code),
        ('registered_on', e.registered_on::text, r.registered_on::text),
        ('registered_capital', e.registered_capital::text, r.registered_capital::text),
        ('is_little_giant', CASE WHEN e.is_little_giant THEN '是' ELSE '否' END,
            CASE WHEN r.is_little_giant THEN '是' WHEN NOT r.is_little_giant THEN '否' END),
        ('is_municipal_key', CASE WHEN e.is_municipal_key THEN '是' ELSE '否' END,
            CASE WHEN r.is_municipal_key THEN '是' WHEN NOT r.is_municipal_key THEN '否' END),
        ('tax_home', kept_home.name, listed_home.name)
    ) AS f (fact, kept, listed)
    WHERE f.listed IS NOT NULL AND f.kept IS DISTINCT FROM f.listed
)
SELECT outcome, count(*) FROM whitelist_taxrow WHERE file_id = %(file)s GROUP BY outcome ORDER BY outcome
"""


def take_over_tax_rows(file: ImportFile, *, actor: Member, at: datetime) -> dict[str, int]:
    """
    Enter the rows of a checked file and return how many had which outcome; in the caller's transaction.

    Master data and tax home follow the newest year and the latest cut-off day on file; an older list adds its year's figures and nothing
    else. What people decided no list changes. Whatever it gives otherwise is kept as a difference. Changed figures replace the year's; the
    row keeps what they were.

    Source: FP 1.6.1(2); D3, D12.
    """
    facts = _facts(file, on=localdate(at), at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TAKING_OVER_LOCK])
        cursor.execute(_JUDGE, facts)
        cursor.execute(_ADD_ENTERPRISES, facts)
        cursor.execute(_CHANGED_ENTERPRISES, facts)
        changed = cursor.fetchall()
        cursor.execute(_CORRECT_ENTERPRISES, facts)
        cursor.execute(_END_OLD_HOMES, facts)
        moved = cursor.fetchall()
        cursor.execute(_ADD_HOMES, facts)
        cursor.execute(_WRITE_YEARS, facts)
        cursor.execute(_COUNT, facts)
        outcomes: dict[str, int] = dict(cursor.fetchall())
    _log_changes(changed, moved, file=file, actor=actor, at=at)
    return outcomes


def _facts(file: ImportFile, *, on: date, at: datetime) -> dict[str, Any]:
    return {
        "file": file.pk,
        "on": on,
        "as_of": file.as_of or on,
        "at": at,
        "source": FactSource.TAX.value,
        "reference": file.filename[:120],
        "rd": EntryKind.RD.value,
        "listed": [state.value for state in LISTED_STATES],
        **{outcome.value: outcome.value for outcome in RowOutcome},
    }


def _log_changes(changed: list[Any], moved: list[Any], *, file: ImportFile, actor: Member, at: datetime) -> None:
    """Write one event per enterprise whose master data or tax home the list changed; new ones stand in the file's rows."""
    found = Enterprise.objects.in_bulk([row[0] for row in changed] + [row[0] for row in moved])
    changes = [(row[0], dict(zip(_TOLD, row[1:7], strict=True)), dict(zip(_TOLD, row[7:], strict=True))) for row in changed]
    changes += [(pk, {"district_id": old}, {"district_id": new}) for pk, old, new in moved]
    record_many(
        [
            NewEvent(
                verb="enterprise.corrected_by_tax_list",
                obj=found[pk],
                actor=actor,
                occurred_at=at,
                before={name: value for name, value in before.items() if value != after[name]},
                after={name: value for name, value in after.items() if value != before[name]},
                remark=str(file),
                scope=Scope(enterprise_id=pk),
            )
            for pk, before, after in changes
        ]
    )
