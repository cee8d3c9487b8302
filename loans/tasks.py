"""Doors for scheduled jobs: read the clock and make one call."""

from celery import shared_task
from django.utils import timezone

from loans.services import jobs, return_rates
from parties.selectors import system_member


@shared_task
def remind_of_deadlines() -> int:
    """Remind banks of what is due and escalate what is late. Every working morning."""
    return jobs.remind_of_deadlines(actor=system_member(), at=timezone.now())


@shared_task
def lapse_approvals() -> int:
    """Let approvals lapse that no contract followed. Every night."""
    return jobs.lapse_approvals(actor=system_member(), at=timezone.now())


@shared_task
def expire_drawn_projects() -> int:
    """Expire the entries of projects that are fully drawn. Every night."""
    return jobs.expire_drawn_projects(actor=system_member(), at=timezone.now())


@shared_task
def apply_return_rates() -> int:
    """Give running loans the rates of decisions that reach them. Every night, and after a decision."""
    return return_rates.apply_return_rates(actor=system_member(), at=timezone.now())
