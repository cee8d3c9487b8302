"""Closing days: what stood on each account at the end of every day on which it moved, so that no balance adds up old legs."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.timezone import localdate

from common.database import allow_long_work
from ledger.models import Closing

POSTING_LOCK = 20230101  # shared by whoever posts (a trigger takes it), held alone by whoever closes

_DAYS = """
WITH last AS (
    SELECT coalesce(max(through), '-infinity'::date) AS through, coalesce(max(first_open_entry), 0) AS entry FROM ledger_closing
), days AS (
    SELECT e.posted_on AS through, min(e.id) AS first_id, max(e.id) AS last_id
    FROM ledger_entry e, last WHERE e.posted_on > last.through AND e.id >= last.entry GROUP BY e.posted_on
), numbered AS (
    SELECT through, max(last_id) OVER (ORDER BY through) AS last_closed,
        min(first_id) OVER (ORDER BY through ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS first_open
    FROM days
)
INSERT INTO ledger_closing (through, first_open_entry, last_closed_entry, closed_at)
SELECT n.through, coalesce(n.first_open, n.last_closed + 1),
    greatest(n.last_closed, (SELECT coalesce(max(last_closed_entry), 0) FROM ledger_closing)), %s
FROM numbered n WHERE n.through <= %s ORDER BY n.through
RETURNING id, through
"""

_BALANCES = """
WITH moved AS (
    SELECT l.account_id, e.posted_on AS through, sum(l.amount) AS total
    FROM ledger_entry e JOIN ledger_leg l ON l.entry_id = e.id
    WHERE e.posted_on BETWEEN %s AND %s AND e.id >= %s GROUP BY l.account_id, e.posted_on
)
INSERT INTO ledger_closedbalance (account_id, closing_id, through, balance)
SELECT m.account_id, c.id, m.through,
    coalesce(before.balance, 0) + sum(m.total) OVER (PARTITION BY m.account_id ORDER BY m.through)
FROM moved m JOIN ledger_closing c ON c.through = m.through
LEFT JOIN LATERAL (
    SELECT b.balance FROM ledger_closedbalance b WHERE b.account_id = m.account_id AND b.through < %s ORDER BY b.through DESC LIMIT 1
) before ON true
"""


@transaction.atomic
def close_days(*, at: datetime, through: date | None = None) -> int:
    """
    Close every posted day up to yesterday, or up to a day before, and return how many days were closed. Set-based; safe to run again.

    Waits for postings under way; those that come meanwhile wait for it, and none is ever dated back into a closed day.

    Source: FP 1.6.4; D41.
    """
    allow_long_work("close_days")
    last = min(through or date.max, localdate(at) - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [POSTING_LOCK])
        before = Closing.objects.order_by("-through").first()
        cursor.execute(_DAYS, [at, last])
        closed = [day for _, day in cursor.fetchall()]
        if closed:
            cursor.execute(_BALANCES, [min(closed), max(closed), before.first_open_entry if before else 0, min(closed)])
    return len(closed)
