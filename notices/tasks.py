"""The clock's door to the outbox of e-mails."""

from celery import shared_task
from django.utils.timezone import now

from notices.services import send_due_emails


@shared_task
def send_emails() -> int:
    """Send the e-mails whose time has come; what fails is tried again by a later run."""
    return send_due_emails(at=now())
