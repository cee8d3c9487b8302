"""Which entries a newer yearly list leaves behind."""

from django.db.models import Max, QuerySet

from policy.selectors.versions import version_for
from whitelist.enums import LISTED_STATES, EntryKind, EntryState, Route
from whitelist.models import Entry


def newest_yearly_list() -> int | None:
    """Return the year of the newest R&D list screened from tax figures of which something was published. Source: FP 1.6.1(2)."""
    screened = Entry.objects.filter(kind=EntryKind.RD, route=Route.TAX_LIST, state__in=LISTED_STATES)
    newest: int | None = screened.aggregate(newest=Max("list_year"))["newest"]
    return newest


def left_behind_by_next_list() -> QuerySet[Entry]:
    """
    Return the published R&D entries of years before the newest yearly list, where their version lets them run only until then.

    Source: FP 1.6.1(3); D27.
    """
    newest = newest_yearly_list()
    older = Entry.objects.filter(kind=EntryKind.RD, state=EntryState.PUBLISHED, list_year__lt=newest or 0)
    versions = {entry.policy_version for entry in older.select_related("policy_version").order_by().distinct("policy_version")}
    bound = [v.pk for v in versions if v is not None and version_for(v).terms.whitelist_life.rd_until_next_list]
    return older.filter(policy_version__in=bound).order_by("pk")
