"""The clock's doors to logins."""

from celery import shared_task
from django.utils.timezone import now

from logins.services.refusals import write_refusals as write
from logins.services.sessions import forget_sessions as forget
from logins.services.taken_forms import forget_forms


@shared_task
def write_refusals() -> int:
    """Put the refusals of minutes that are over into the log."""
    return write(before=now())


@shared_task
def forget_sessions() -> int:
    """Delete what is left of sessions that are over, and of the forms sent in them."""
    return forget(at=now()) + forget_forms(at=now())
