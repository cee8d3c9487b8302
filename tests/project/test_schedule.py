"""Every job that needs no argument is on the clock, every task has its queue and limits, and a job of the clock runs once per period."""

import inspect
from datetime import datetime, timedelta
from unittest import mock

import pytest
from celery import Task
from celery.beat import Service
from django.conf import settings

from jobs.models import Heartbeat, Job
from quanzhou_fund import tasks as doors
from quanzhou_fund.celery import app
from quanzhou_fund.job_runner import run_singly
from quanzhou_fund.schedule import JOB_OF, JOBS, LIMITS, QUEUE_OF, SHANGHAI, Queue, beat_schedule

OURS = {name for name in settings.INSTALLED_APPS if (settings.BASE_DIR / name).is_dir()}


@pytest.fixture(scope="module")
def tasks() -> dict[str, Task]:
    """The product's own tasks by name."""
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if task.__module__.partition(".")[0] in OURS}


def needs_nothing(task: Task) -> bool:
    return all(parameter.default is not parameter.empty for parameter in inspect.signature(task.run).parameters.values())


def test_every_job_of_the_table_exists(tasks: dict[str, Task]) -> None:
    assert {job.task for job in JOBS} <= set(tasks)


def test_every_task_that_needs_no_argument_has_its_time(tasks: dict[str, Task]) -> None:
    assert {name for name, task in tasks.items() if needs_nothing(task)} == {job.task for job in JOBS}


def test_no_job_stands_twice_and_each_says_why() -> None:
    assert len({job.task for job in JOBS}) == len(JOBS)
    assert all(job.why for job in JOBS)


def test_beat_reads_the_table(tmp_path: object) -> None:
    scheduler = Service(app, schedule_filename=f"{tmp_path}/schedule").get_scheduler()
    try:
        assert set(scheduler.schedule) >= set(beat_schedule())
    finally:
        scheduler.close()


def test_every_task_has_a_queue_and_its_kinds_limits(tasks: dict[str, Task]) -> None:
    """One without a route would wait among the others, and one without limits holds its worker for ever."""
    assert set(QUEUE_OF) == set(tasks)
    for name, task in tasks.items():
        assert app.amqp.router.route({}, name)["queue"].name == QUEUE_OF[name]
        assert (task.soft_time_limit, task.time_limit) == (LIMITS[QUEUE_OF[name]].soft, LIMITS[QUEUE_OF[name]].hard)


def test_what_moves_money_or_guards_it_waits_behind_no_receiver_and_no_list() -> None:
    money = {"risk.tasks.pay_due_claims", "audit.tasks.seal_events", "ledger.tasks.close_days", "quanzhou_fund.tasks.catch_up"}
    assert {QUEUE_OF[name] for name in money} == {Queue.MONEY}
    assert {name for name, queue in QUEUE_OF.items() if queue == Queue.OUTBOX} == {
        "api.tasks.send_events",
        "api.tasks.send_events_to",
        "whitelist.tasks.send_deliveries",
    }


def test_a_message_comes_back_only_when_its_task_must_be_over() -> None:
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > max(limits.hard for limits in LIMITS.values())
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1


def test_no_message_of_money_runs_out_and_the_broom_is_coarse() -> None:
    """A worker whose clock is ten minutes ahead drops what runs out sooner."""
    for entry in beat_schedule().values():
        queue = entry["options"].get("queue") or QUEUE_OF[entry["task"]]
        expires = entry["options"].get("expires")
        assert expires is None if queue == Queue.MONEY else expires >= timedelta(hours=12).total_seconds()


@pytest.mark.parametrize(
    ("task", "began", "due"),
    [
        pytest.param("ledger.tasks.close_days", "2026-11-28 00:05:02", "2026-11-29 00:05:00", id="daily, in time"),
        pytest.param("ledger.tasks.close_days", "2026-11-28 09:00:00", "2026-11-29 00:05:00", id="daily, caught up at nine"),
        pytest.param("ledger.tasks.close_days", "2026-12-31 23:00:00", "2027-01-01 00:05:00", id="over the year's end"),
        pytest.param("risk.tasks.evaluate_banks", "2026-11-28 09:15:30", "2026-11-28 10:15:00", id="hourly"),
        pytest.param("audit.tasks.seal_events", "2026-11-28 09:00:00", "2026-11-28 09:00:48", id="every minute"),
    ],
)
def test_when_a_job_is_due_again(task: str, began: str, due: str) -> None:
    assert JOB_OF[task].next_after(datetime.fromisoformat(f"{began}+08:00")) == datetime.fromisoformat(f"{due}+08:00")


@pytest.mark.django_db
@pytest.mark.usefixtures("tasks")
class TestRunning:
    def test_an_hour_of_messages_is_one_run(self) -> None:
        runs = [run_singly("audit.tasks.seal_events", lambda: "ran") for _ in range(60)]
        assert runs == ["ran", *[None] * 59]

    def test_it_takes_the_database_for_the_clock(self) -> None:
        with mock.patch("django.utils.timezone.now", return_value=datetime(2030, 1, 1, tzinfo=SHANGHAI)):
            assert run_singly("ledger.tasks.close_days", lambda: 1) == 1
            assert run_singly("ledger.tasks.close_days", lambda: 1) is None

    def test_a_failure_is_raised_and_due_again(self) -> None:
        with pytest.raises(ZeroDivisionError):
            run_singly("ledger.tasks.close_days", lambda: 1 // 0)
        row = Job.objects.get()
        assert (row.failures, row.leased_until) == (1, None)
        assert row.due_at < datetime.now(tz=SHANGHAI) + timedelta(minutes=2)

    def test_a_task_that_is_no_job_simply_runs(self) -> None:
        assert [run_singly("api.tasks.send_events_to", lambda: 1) for _ in range(2)] == [1, 1]
        assert not Job.objects.exists()

    def test_from_the_queue_it_runs_singly_and_called_by_hand_it_runs(self) -> None:
        seal = app.tasks["audit.tasks.seal_events"]
        assert seal.apply().get() == 0
        assert seal.apply().get() is None
        assert seal() == 0

    def test_a_daily_job_missed_while_all_was_down_runs_once(self) -> None:
        """Its message is lost, or beat was down at its hour: the row says so."""
        doors.catch_up()
        assert set(Job.objects.values_list("name", flat=True)) == set(JOB_OF)
        Job.objects.filter(name="ledger.tasks.close_days").update(due_at=datetime.now(tz=SHANGHAI) - timedelta(hours=9))
        with mock.patch.object(app.tasks["ledger.tasks.close_days"], "run", return_value=0) as close:
            assert doors.catch_up() == ["ledger.tasks.close_days"]
            assert doors.catch_up() == []
        assert close.call_count == 1
        assert Job.objects.get(name="ledger.tasks.close_days").due_at > datetime.now(tz=SHANGHAI)

    def test_each_queue_shows_life(self) -> None:
        for entry in beat_schedule().values():
            if entry["task"] == "quanzhou_fund.tasks.pulse":
                doors.pulse(*entry["args"])
        assert set(Heartbeat.objects.values_list("name", flat=True)) == {f"worker:{queue}" for queue in Queue}
