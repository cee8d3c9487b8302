"""Scheduled doors of the subsidy app: each does one service call."""

from celery import shared_task
from django.utils import timezone

from parties.selectors import system_member
from subsidy.services.drafts import draft_due_settlements
from subsidy.services.tenders import close_due_tenders


@shared_task
def draft_settlements() -> None:
    """Draft the settlements of every quarter that is over and not settled yet, and compute outdated drafts anew. Source: FP 1.6.4."""
    draft_due_settlements(actor=system_member(), at=timezone.now())


@shared_task
def close_tenders() -> None:
    """Close the tenders whose closing has come. Source: FP 1.4.2."""
    close_due_tenders(actor=system_member(), at=timezone.now())
