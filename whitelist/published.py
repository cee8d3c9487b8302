"""
What of an entry is published, and so read by those who lend: who, what, until when. Plain data.

The way to the list (checks with their figures, opinions, reasons, papers, days) is the bureaus', the county's and the enterprise's own.
"""

from parties.access import sees_all
from parties.enums import InstitutionKind
from parties.models import Member

LENDERS = frozenset({InstitutionKind.BANK, InstitutionKind.FUND_MANAGER})
FACTS = ("kind", "route", "enterprise", "project", "district", "list_year", "policy_version", "is_newly_registered")
OUTCOME = ("published_on", "expires_on", "expired_on", "expiry_cause", "removed_on", "removal_reason")
COLUMNS = ("subject", "kind", "enterprise", "district", "list_year", "state", "batch", "published_on")
FILTERS = ("kind", "state", "route", "list_year", "district")
MET, NOT_MET = "符合要求", "不符合要求"


def reads_published_only(member: Member | None) -> bool:
    """Return whether the member is told of an entry what is published, and nothing of the way there. Source: FP 1.6.1(3), 1.6.2."""
    if member is None or member.institution is None or sees_all(member):
        return False
    return member.institution.kind in LENDERS


def told_as_published(check: dict[str, object]) -> dict[str, object]:
    """Return a line of the checks without the figures and reasons it was found by."""
    return check | {"found": MET if check["passed"] else NOT_MET}
