"""
The one order in which rows are locked, so that no two services wait for each other in a ring.

1. the application, or the loans by key; 2. projects by key; 3. enterprises by key; 4. quotas by key. Nobody locks an earlier kind
while holding a later one. All locks leave the key alone (``FOR NO KEY UPDATE``), so that rows that point at them can be written.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from loans.models import BankQuota
from loans.selectors import CapBook, CapCase
from parties.models import Enterprise
from whitelist.models import Project


def locked_cap_book(cases: Iterable[CapCase], *, on: date) -> CapBook:
    """
    Lock what the caps of the cases hang on, in order, and return what is committed under them.

    Whoever reads the book this way sees every commitment of those who held the locks before. Source: D2, D3, D39, D40.
    """
    cases = list(cases)
    owners = {case.owner for case in cases}
    _lock(Project.objects.filter(pk__in=[key for kind, key in owners if kind == "project"]))
    _lock(Enterprise.objects.filter(pk__in=[key for kind, key in owners if kind == "enterprise"]))
    purses = Q(pk__isnull=True)
    for bank_id, mode in {case.purse for case in cases}:
        purses |= Q(bank=bank_id, mode=mode)
    _lock(BankQuota.objects.filter(purses, from_on__lte=on))
    return CapBook.read(cases, on=on)


def _lock(rows: "object") -> None:
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))  # type: ignore[attr-defined]
