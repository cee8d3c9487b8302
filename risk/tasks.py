"""Doors for scheduled jobs: read the clock and make one call."""

from celery import shared_task
from django.utils import timezone

from parties.selectors import system_member
from risk import reminders
from risk.breaker import services as breaker
from risk.claims.services import payments
from risk.classification import services as classification


@shared_task
def suggest_classes() -> int:
    """Suggest classes by overdue days. Every night."""
    return classification.suggest_classes(actor=system_member(), at=timezone.now())


@shared_task
def evaluate_banks() -> int:
    """Look at every bank's breaker. Every hour, since drawdowns move the rate."""
    return breaker.evaluate_banks(actor=system_member(), at=timezone.now())


@shared_task
def pay_due_claims() -> int:
    """Pay the queues as far as they go. Every five minutes."""
    return payments.pay_due_claims(actor=system_member(), at=timezone.now())


@shared_task
def remind_of_terms() -> int:
    """Remind of examinations and of public money due back. Every working morning."""
    return reminders.remind_of_terms(actor=system_member(), at=timezone.now())


@shared_task
def alarm_about_guarantee_fees() -> int:
    """Tell when a guarantor's average fee lies above the limit. Every night."""
    return reminders.alarm_about_guarantee_fees(actor=system_member(), at=timezone.now())
