"""A job runs once at a time and once per period, whatever lies in the queue and whatever the workers' clocks say."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from jobs.claims import WAITS, claim, fail, finish
from jobs.models import Heartbeat, Job
from jobs.services import QUEUED_AGAIN_AFTER, register, show_life, take_overdue

LEASE, HOUR = timedelta(minutes=5), timedelta(hours=1)
pytestmark = pytest.mark.django_db


def job(**facts: object) -> Job:
    return Job.objects.create(**{"name": "tested", "due_at": timezone.now() - HOUR} | facts)


def test_a_job_nobody_has_met_is_due_at_once() -> None:
    assert claim("tested", lease=LEASE)


def test_while_one_runs_it_no_other_does() -> None:
    job()
    assert claim("tested", lease=LEASE)
    assert claim("tested", lease=LEASE) is None


def test_what_a_dead_worker_held_is_free_when_its_lease_is_over() -> None:
    job(leased_until=timezone.now() - timedelta(seconds=1), started_at=timezone.now() - LEASE)
    assert claim("tested", lease=LEASE)


def test_sixty_messages_that_waited_come_to_one_run() -> None:
    job()
    runs = 0
    for _ in range(60):
        started_at = claim("tested", lease=LEASE)
        if started_at:
            runs += 1
            finish("tested", started_at=started_at, due_at=started_at + timedelta(seconds=48))
    assert runs == 1


def test_a_little_early_is_in_time_and_more_is_not() -> None:
    job(due_at=timezone.now() + timedelta(seconds=20))
    assert claim("tested", lease=LEASE) is None
    assert claim("tested", lease=LEASE, early=timedelta(seconds=30))


def test_a_failed_run_is_due_again_after_waits_that_grow() -> None:
    job()
    waited = []
    for _ in range(len(WAITS) + 2):
        started_at = claim("tested", lease=LEASE)
        assert started_at
        fail("tested", started_at=started_at, error="OperationalError: gone")
        row = Job.objects.get()
        assert row.leased_until is None
        waited.append(round((row.due_at - started_at).total_seconds()))
        Job.objects.update(due_at=timezone.now() - HOUR)
    assert waited == [round(wait.total_seconds()) for wait in (*WAITS, WAITS[-1], WAITS[-1])]
    assert (row.failures, row.last_error) == (len(WAITS) + 2, "OperationalError: gone")
    started_at = claim("tested", lease=LEASE)
    assert started_at
    finish("tested", started_at=started_at, due_at=started_at + HOUR)
    assert Job.objects.get().failures == 0


@pytest.mark.parametrize("late", [finish, fail])
def test_a_worker_taken_for_dead_changes_nothing_of_the_run_that_followed(late: object) -> None:
    job()
    first = claim("tested", lease=timedelta(0))
    second = claim("tested", lease=LEASE)
    assert first
    assert second
    if late is finish:
        finish("tested", started_at=first, due_at=first + HOUR)
    else:
        fail("tested", started_at=first, error="late")
    row = Job.objects.get()
    assert row.leased_until is not None
    assert (row.started_at, row.finished_at, row.failures) == (second, None, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_runs_it() -> None:
    job()
    barrier, claims = Barrier(2), list[datetime | None]()

    def try_it() -> None:
        barrier.wait()
        claims.append(claim("tested", lease=LEASE))
        connection.close()

    both = [Thread(target=try_it) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [bool(one) for one in sorted(claims, key=bool)] == [False, True]


def test_what_was_missed_is_queued_once_in_a_while() -> None:
    job()
    job(name="running", started_at=timezone.now(), leased_until=timezone.now() + LEASE)
    job(name="not yet", due_at=timezone.now() + HOUR)
    job(name="just now", due_at=timezone.now() - timedelta(seconds=30))
    assert take_overdue(grace=timedelta(minutes=2)) == ["tested"]
    assert take_overdue(grace=timedelta(minutes=2)) == []
    Job.objects.filter(name="tested").update(queued_at=timezone.now() - QUEUED_AGAIN_AFTER - timedelta(seconds=1))
    assert take_overdue(grace=timedelta(minutes=2)) == ["tested"]


def test_the_table_follows_the_schedule_and_keeps_what_it_knows() -> None:
    known = job()
    job(name="abolished")
    soon = timezone.now() + HOUR
    register({"tested": soon, "new": soon})
    assert dict(Job.objects.values_list("name", "due_at")) == {"tested": known.due_at, "new": soon}


@pytest.mark.parametrize(("ahead", "alarms"), [(0, 0), (50, 0), (-50, 0), (600, 1), (-600, 1)])
def test_a_clock_that_is_off_by_more_than_a_minute_alarms(ahead: int, alarms: int, caplog: pytest.LogCaptureFixture) -> None:
    skew = show_life("worker:money", host="h" * 300, at=timezone.now() + timedelta(seconds=ahead))
    assert abs(skew - ahead) < 5
    said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [line["event"] for line in said] == ["clock_skew"] * alarms
    assert abs(Heartbeat.objects.get().seen_at - timezone.now()) < timedelta(seconds=5)
