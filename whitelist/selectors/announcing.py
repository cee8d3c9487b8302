"""How one entry reads for channels, and what waits for them."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from parties.access import sees_all
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_for
from whitelist.enums import ChannelKind, DeliveryState, ExpiryCause
from whitelist.limits import RdExpenseMissing
from whitelist.models import Channel, Delivery, Entry
from whitelist.selectors.caps import limit_of_enterprise, limit_of_project

FORMAT = "quanzhou-fund.whitelist/1"


def entry_payload(entry: Entry) -> dict[str, Any]:
    """Return what a bank needs to find the enterprise: who, what, up to how much, until when. Amounts are texts in yuan."""
    enterprise, project = entry.enterprise, entry.project
    return {
        "id": str(entry.public_id),
        "kind": entry.kind,
        "route": entry.route,
        "list_year": entry.list_year,
        "state": entry.state,
        "credit_code": enterprise.credit_code,
        "enterprise": enterprise.name,
        "district_code": entry.district.code,
        "district": entry.district.name,
        "project_code": project.code if project else None,
        "project": project.name if project else None,
        "total_investment": str(project.total_investment) if project else None,
        "max_total": _max_total(entry),
        "published_on": _day(entry.published_on),
        "expires_on": _day(entry.expires_on),
        "ended_on": _day(entry.removed_on or entry.expired_on),
        "reason": entry.removal_reason or (ExpiryCause(entry.expiry_cause).label if entry.expiry_cause else None),
    }


def deliveries_visible_to(actor: Member) -> QuerySet[Delivery]:
    """Return the deliveries the actor may follow: city and fund office all, a bank its own, the fund manager the trust system's."""
    deliveries = Delivery.objects.select_related("announcement__batch", "channel__institution")
    if sees_all(actor):
        return deliveries
    if actor.institution is not None and actor.institution.kind == InstitutionKind.BANK:
        return deliveries.filter(channel__institution=actor.institution)
    if actor.institution is not None and actor.institution.kind == InstitutionKind.FUND_MANAGER:
        return deliveries.filter(channel__kind=ChannelKind.TRUST_SYSTEM)
    return deliveries.none()


def channels_with_backlog() -> QuerySet[Channel]:
    """Return the channels with deliveries given up, for the one who looks after them."""
    return Channel.objects.filter(deliveries__state=DeliveryState.FAILED).distinct()


def _max_total(entry: Entry) -> str | None:
    """Return the limit of the project or enterprise in yuan, ``None`` where a figure is still missing. Source: FP 1.2."""
    if entry.policy_version is None:
        return None
    terms = version_for(entry.policy_version).terms
    if entry.project is not None:
        return str(limit_of_project(entry.project, terms).max_total)
    try:
        return str(limit_of_enterprise(entry.enterprise, terms, entry=entry).max_total)
    except RdExpenseMissing:
        return None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
