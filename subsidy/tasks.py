"""Scheduled doors of the subsidy app: each does one service call."""

from celery import shared_task
from django.utils import timezone

from parties.selectors import system_member
from subsidy.services.drafts import draft_due_settlements


@shared_task
def draft_settlements() -> None:
    """Draft the settlements of every quarter that is over and not settled yet, and compute outdated drafts anew. Source: FP 1.6.4."""
    draft_due_settlements(actor=system_member(), at=timezone.now())
