"""Everything a settlement was computed from, as rows for ``subsidy.verify``, which describes them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Sum

from common.dates import settlement_quarter
from loans.models import Movement
from policy.models import PolicyVersion
from policy.selectors.versions import version_for
from subsidy.enums import SETTLEMENT_FINAL
from subsidy.models import Line, Revision, Settlement, Share
from subsidy.selectors.history import earlier_than, first_open_before

Row = list[Any]

# What was known of a loan then: for its own quarter that of its line in the revision, for earlier quarters that of its last line up to
# the revision; of a loan without such a line, what is known now.
_LOANS = """
SELECT loan.id, loan.contract_number, loan.enterprise_rate, loan.policy_version_id,
    own_district.code, own.earns_until, own.stopped_on, own.rates, before_district.code, before.earns_until, before.stopped_on, before.rates
FROM loans_loan loan
CROSS JOIN LATERAL (
    SELECT loan.district_id, loan.earns_until, loan.subsidy_stopped_on AS stopped_on,
        (SELECT string_agg(from_on || '=' || rate, ';' ORDER BY from_on) FROM loans_loanrate WHERE loan_id = loan.id) AS rates
) AS now
LEFT JOIN LATERAL (
    SELECT l.revision_id, l.district_id, l.earns_until, l.stopped_on,
        concat_ws(';', '0001-01-01=' || l.first_rate,
            (SELECT string_agg(key || '=' || value, ';') FROM jsonb_each_text(l.later_rates))) AS rates
    FROM subsidy_line l
    WHERE l.loan_id = loan.id AND l.revision_id <= %(revision)s AND l.days > 0
    ORDER BY l.revision_id DESC, l.year DESC, l.quarter DESC LIMIT 1
) AS line ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN line.revision_id = %(revision)s THEN line.district_id ELSE now.district_id END AS district_id,
        CASE WHEN line.revision_id = %(revision)s THEN line.earns_until ELSE now.earns_until END AS earns_until,
        CASE WHEN line.revision_id = %(revision)s THEN line.stopped_on ELSE now.stopped_on END AS stopped_on,
        CASE WHEN line.revision_id = %(revision)s THEN line.rates ELSE now.rates END AS rates
) AS own
CROSS JOIN LATERAL (
    SELECT CASE WHEN line.revision_id IS NULL THEN now.district_id ELSE line.district_id END AS district_id,
        CASE WHEN line.revision_id IS NULL THEN now.earns_until ELSE line.earns_until END AS earns_until,
        CASE WHEN line.revision_id IS NULL THEN now.stopped_on ELSE line.stopped_on END AS stopped_on,
        CASE WHEN line.revision_id IS NULL THEN now.rates ELSE line.rates END AS rates
) AS before
LEFT JOIN parties_district own_district ON own_district.id = own.district_id
LEFT JOIN parties_district before_district ON before_district.id = before.district_id
WHERE loan.bank_id = %(bank)s AND loan.mode = %(mode)s
ORDER BY loan.id
"""


def export_rows(settlement: Settlement) -> Iterator[Row]:
    """
    Yield the rows of a settlement's current revision: terms, loans, rates, movements, what was settled and carried, lines, shares.

    Only what the revision knew: no movement or rate recorded after it.
    """
    revision = settlement.current
    if revision is None:
        return
    yield from _heading(settlement, revision)
    yield from _terms(settlement)
    yield from _loans(settlement, revision)
    yield from _movements(settlement, revision)
    yield from _earlier(settlement, revision)
    yield from _results(settlement, revision)


def _heading(settlement: Settlement, revision: Revision) -> Iterator[Row]:
    bank, number = settlement.bank.code, revision.number
    quarter = [settlement.mode, settlement.year, settlement.quarter, settlement.from_on, settlement.until_on]
    yield ["settlement", settlement.public_id, bank, *quarter, settlement.state, number, revision.sha256]


def _terms(settlement: Settlement) -> Iterator[Row]:
    for version in PolicyVersion.objects.order_by("number"):
        terms = version_for(version).terms.subsidy
        yield ["terms", version.pk, terms.day_count, terms.base_share.of(settlement.mode), terms.county_share]


def _loans(settlement: Settlement, revision: Revision) -> Iterator[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_LOANS, {"revision": revision.pk, "bank": settlement.bank_id, "mode": settlement.mode})
        for row in cursor:
            loan, *facts = ["" if value is None else value for value in row]
            yield ["loan", loan, *facts[:3]]
            yield ["known", loan, "own", *facts[3:7]]
            yield ["known", loan, "earlier", *facts[7:]]


def _movements(settlement: Settlement, revision: Revision) -> Iterator[Row]:
    own = {"loan__bank": settlement.bank_id, "loan__mode": settlement.mode}
    moved = Movement.objects.filter(**own, pk__lte=revision.movements_through, value_on__lt=settlement.until_on)
    yield from _tagged("movement", moved.order_by("loan_id", "value_on", "id").values_list("loan_id", "value_on", "performing").iterator())


def _earlier(settlement: Settlement, revision: Revision) -> Iterator[Row]:
    """Yield the quarters that had to be corrected, what was settled for them, and what was carried over."""
    if revision.follows is None or first_open_before(settlement) is not None:
        return
    first_day = settlement.from_on.day
    filed = set(earlier_than(settlement).filter(state__in=SETTLEMENT_FINAL).values_list("year", "quarter"))
    adjusted = set(revision.lines.exclude(year=settlement.year, quarter=settlement.quarter).values_list("year", "quarter"))
    for year, quarter in sorted(filed | adjusted):
        period = settlement_quarter(year, quarter, first_day=first_day)
        yield ["earlier", year, quarter, period.from_on, period.until_on, int((year, quarter) in filed)]
    before = earlier_than(settlement).filter(state__in=SETTLEMENT_FINAL).values("current")
    sums = Line.objects.filter(revision__in=before).values_list("loan_id", "year", "quarter", "district__code")
    yield from _tagged("settled", sums.annotate(total=Sum("subsidy")).order_by("loan_id", "year", "quarter", "district__code").iterator())
    carried = Share.objects.filter(revision=revision.follows.current_id, carried_out__lt=0).order_by("district__code", "county_share")
    yield from _tagged("carried", carried.values_list("district__code", "county_share", "carried_out"))


def _results(settlement: Settlement, revision: Revision) -> Iterator[Row]:
    figures = ("loan_id", "year", "quarter", "district__code", "days", "bank_interest", "enterprise_interest", "settled", "subsidy")
    yield from _tagged("line", revision.lines.order_by("loan_id", "year", "quarter", "district__code").values_list(*figures).iterator())
    sums = ("district__code", "county_share", "subsidy", "carried_in", "city", "county", "carried_out")
    yield from _tagged("share", revision.shares.order_by("district__code", "county_share").values_list(*sums))
    yield ["total", revision.city, revision.county, revision.carried_out]


def _tagged(kind: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
    for row in rows:
        yield [kind, *row]
