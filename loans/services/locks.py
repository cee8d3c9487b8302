"""
The one order in which rows are locked, so that no two services wait for each other in a ring.

1. the application, or the loans by key; 2. projects by key; 3. enterprises by key; 4. quotas by key. Nobody locks an earlier kind
while holding a later one. All locks leave the key alone (``FOR NO KEY UPDATE``), so that rows that point at them can be written.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection

from loans.selectors.caps import CapCase, CommitmentSnapshot


def locked_commitment_snapshot(cases: Iterable[CapCase], *, on: date) -> CommitmentSnapshot:
    """
    Lock what the caps of the cases hang on, in order, and return what is committed under them.

    Whoever reads the book this way sees every commitment of those who held the locks before. Source: D2, D3, D39, D40.
    """
    cases = list(cases)
    lock_caps(cases, on=on)
    return CommitmentSnapshot.read(cases, on=on)


def lock_caps(cases: Iterable[CapCase], *, on: date) -> None:
    """Lock what the caps of the cases hang on, in order: projects, enterprises, quotas begun by the day; one statement."""
    owners, quota_keys = {case.owner for case in cases}, {case.quota_key for case in cases}
    projects = [key for kind, key in owners if kind == "project"]
    enterprises = [key for kind, key in owners if kind == "enterprise"]
    banks, modes = [bank for bank, _ in quota_keys], [str(mode) for _, mode in quota_keys]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT loans_hold_caps(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s)", [projects, enterprises, banks, modes, on]
        )
