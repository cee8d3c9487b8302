"""Tenders, bids and decisions, and who sees them."""

from uuid import UUID

from django.db.models import QuerySet

from parties.access import sees_all
from parties.models import Member
from subsidy.models import Bid, PaperBid, RateDecision, SealedBid, Tender
from subsidy.selectors.visibility import visible_or_404


def tender_of(public_id: UUID | str, *, lock: bool = False) -> Tender:
    """
    Return a tender.

    Raises:
        NotVisible: there is none.
    """
    return visible_or_404(Tender.objects.all(), public_id, lock=lock)


def bids_visible_to(actor: Member) -> QuerySet[Bid]:
    """Return the lines of opening records the actor sees: a bank its own; its competitors' never, won or lost. Source: FP 1.4.2."""
    bids = Bid.objects.select_related("tender", "bank", "sealed", "paper")
    return bids if sees_all(actor) else bids.filter(bank=actor.institution_id or 0)


def sealed_bids_visible_to(actor: Member) -> QuerySet[SealedBid]:
    """Return what the actor's own bank handed in; nobody else sees that there is anything, the city included. Source: FP 1.4.2."""
    rows = SealedBid.objects.select_related("tender", "bank", "made_by", "checked_by")
    return rows.filter(bank=actor.institution_id or 0)


def paper_bids_visible_to(actor: Member) -> QuerySet[PaperBid]:
    """Return the bids on paper; those read them who read the opening record. Source: FP 1.4.2."""
    rows = PaperBid.objects.select_related("tender", "bank", "made_by", "checked_by")
    return rows if sees_all(actor) else rows.none()


def rate_decisions() -> QuerySet[RateDecision]:
    """Return the decisions with tenders and rate, newest first; everyone may read them. Source: FP 1.4.2; D14."""
    return RateDecision.objects.select_related("fixed_asset", "rd", "return_rate")
