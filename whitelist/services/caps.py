"""The one row that approvals and drawdowns of many banks queue on."""

from parties.models import Enterprise
from whitelist.models import Entry, Project


def lock_cap_owner(entry: Entry) -> Project | Enterprise:
    """
    Lock and return the row whose cap an entry shares with every other listing, bank and mode: the project, or the enterprise.

    Call inside a transaction, after the application or loan itself is locked. Rows that point at the owner can still be written.

    Source: D2, D3, D39.
    """
    if entry.project_id is not None:
        return Project.objects.select_for_update(no_key=True).get(pk=entry.project_id)
    return Enterprise.objects.select_for_update(no_key=True).get(pk=entry.enterprise_id)
