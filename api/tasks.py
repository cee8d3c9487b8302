"""Doors for scheduled jobs: read the clock and make one call."""

from celery import shared_task
from django.utils import timezone

from api.services.repeats import forget_old_answers
from api.services.uploads import stuck_uploads, work_upload
from api.services.webhooks import forget_sent_messages, send_to, webhooks_at_work
from common.queueing import queue

AT_A_TIME, BATCHES = 5, 40


@shared_task
def send_events() -> None:
    """Give each subscription a task of its own, so that a slow receiver holds up nobody else. Every few seconds."""
    for webhook_pk in webhooks_at_work(at=timezone.now()):
        queue(send_events_to, webhook_pk)


@shared_task
def send_events_to(webhook_pk: int) -> int:
    """
    Send one subscription what is new and what is due.

    A few at a time, so that each is signed with a moment within a receiver's tolerance (five minutes), however slow the ones before it
    were. A receiver that lets its answer drip in is cut off by the time limit.
    """
    sent = 0
    for _ in range(BATCHES):
        done = send_to(webhook_pk, at=timezone.now(), limit=AT_A_TIME)
        sent += done
        if done < AT_A_TIME:
            break
    return sent


@shared_task
def work_upload_of(upload_pk: int) -> int:
    """Work one upload to its end."""
    return work_upload(upload_pk, clock=timezone.now)


@shared_task
def resume_uploads() -> None:
    """Take up uploads on which a worker died. Every few minutes."""
    for upload_pk in stuck_uploads(at=timezone.now()):
        queue(work_upload_of, upload_pk)


@shared_task
def forget_answers() -> None:
    """Delete kept answers older than promised. Every night."""
    forget_old_answers(at=timezone.now())


@shared_task
def forget_messages() -> None:
    """Delete messages sent long ago. Every night."""
    forget_sent_messages(at=timezone.now())
