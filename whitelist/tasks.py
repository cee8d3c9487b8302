"""Celery doors: read the clock, make one call."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from common.queueing import queue
from parties.models import Member
from parties.selectors import system_member
from whitelist.enums import ImportState
from whitelist.services.delivering import send_due
from whitelist.services.ending import expire_entries
from whitelist.services.fault_files import lists_without_fault_file, write_fault_file
from whitelist.services.intake import commit_list
from whitelist.services.large_lists import waiting_lists, work_list


@shared_task
def send_deliveries() -> dict[str, int]:
    """Send what waits in the outbox; run every minute."""
    return send_due(at=timezone.now())


@shared_task
def expire() -> int:
    """Write down the expiries that are due; run daily, a missed day is caught up by the next."""
    return len(expire_entries(actor=system_member(), at=timezone.now()))


@shared_task
def check_import(file_pk: int) -> str:
    """Read a list that was taken in, or whose reading was confirmed, and have its faults marked."""
    state = work_list(file_pk, at=timezone.now())
    if state == ImportState.CHECKED:
        queue(mark_faults, file_pk)
    return state


@shared_task
def mark_faults(file_pk: int) -> bool:
    """Hand the faults of a checked list back as a file."""
    return write_fault_file(file_pk, at=timezone.now())


@shared_task
def resume_imports() -> None:
    """Take up lists on which a worker died, or for which no reader was free; those whose faults are not marked too. Every few minutes."""
    now = timezone.now()
    for file_pk in waiting_lists(at=now):
        queue(check_import, file_pk)
    for file_pk in lists_without_fault_file(at=now):
        queue(mark_faults, file_pk)


@shared_task
def commit_import(import_id: str, member_id: int) -> dict[str, int]:
    """Take over a checked list in the name of the member who ordered it."""
    actor = Member.objects.select_related("institution", "enterprise").get(pk=member_id)
    outcomes: dict[str, int] = commit_list(import_id=UUID(import_id), actor=actor, at=timezone.now()).outcomes
    return outcomes
