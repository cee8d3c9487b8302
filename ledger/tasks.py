"""Doors for scheduled jobs: read the clock and make one call."""

from celery import shared_task
from django.utils import timezone

from ledger.closing import close_days as close


@shared_task
def close_days() -> int:
    """Close the days that are over. Every night."""
    return close(at=timezone.now())
