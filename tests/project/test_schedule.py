"""Every job that needs no argument is on the clock, and the clock calls nothing that does not exist."""

import inspect

import pytest
from celery import Task
from celery.beat import Service
from django.conf import settings

from quanzhou_fund.celery import app
from quanzhou_fund.schedule import JOBS, beat_schedule

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
