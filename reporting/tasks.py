"""Scheduled doors of the reporting app: each does one service call."""

from celery import shared_task
from django.utils import timezone

from reporting.response_rates.services.jobs import keep_response_years as keep


@shared_task
def keep_response_years() -> None:
    """Open years, begin the fund manager's term, tell what is late and which banks leave intents unrecorded. Source: FP 1.6.5."""
    keep(at=timezone.now())
