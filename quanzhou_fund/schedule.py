"""
When each job runs, in which queue each task waits, and how long it may take: the only such tables.

The task does one service call. Hours are those of Asia/Shanghai. Tasks are named as Celery registers them: ``<app>.tasks.<function>``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from celery.schedules import crontab, schedule

SHANGHAI = ZoneInfo("Asia/Shanghai")
BROOM_SECONDS = 24 * 60 * 60  # what waited longer is swept out; nothing else hangs on it, since due states lie in the database
EARLY = timedelta(seconds=30)  # how far beat's clock may be ahead of the database's
PULSE_SECONDS = 30


class Queue(StrEnum):
    """Each has workers of its own, so that no kind of work holds up another."""

    MONEY = "money"  # what moves money, guards it, or seals the log
    OUTBOX = "outbox"  # calls to receivers, each of which may hang
    BULK = "bulk"  # long work over many rows
    MAIL = "mail"  # reminders and e-mail


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds after which a task is told to end, and after which its process is ended (not enforced by the demo's threads)."""

    soft: int
    hard: int


LIMITS: Mapping[Queue, Limits] = {
    Queue.MONEY: Limits(240, 300),
    Queue.OUTBOX: Limits(240, 300),
    Queue.BULK: Limits(1800, 2100),
    Queue.MAIL: Limits(240, 300),
}
MONEY, OUTBOX, BULK, MAIL = Queue.MONEY, Queue.OUTBOX, Queue.BULK, Queue.MAIL


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the table: the task, when it runs, its queue, and why then."""

    task: str
    runs: crontab | schedule
    queue: Queue
    why: str

    def next_after(self, at: datetime) -> datetime:
        """
        Return when a job that began ``at`` is due again.

        An interval is shortened by a fifth, so that the message of the next period is never a moment too early.
        """
        if not isinstance(self.runs, crontab):
            return at + self.runs.run_every * 0.8
        moment = at.astimezone(SHANGHAI).replace(second=0, microsecond=0) + timedelta(minutes=1)
        while not self._fits(moment):
            moment += timedelta(minutes=1)
        return moment

    def _fits(self, moment: datetime) -> bool:
        runs = self.runs
        return (
            moment.minute in runs.minute
            and moment.hour in runs.hour
            and moment.isoweekday() % 7 in runs.day_of_week
            and moment.day in runs.day_of_month
            and moment.month in runs.month_of_year
        )


JOBS: tuple[Job, ...] = (
    Job("api.tasks.forget_answers", crontab(hour=3, minute=10), BULK, "answers are kept for as long as promised, and no longer"),
    Job("api.tasks.forget_messages", crontab(hour=3, minute=20), BULK, "what arrived long ago needs no outbox"),
    Job("api.tasks.resume_uploads", schedule(300), BULK, "a file whose worker died is worked on within minutes"),
    Job("api.tasks.send_events", schedule(5), OUTBOX, "banks hear of a change within seconds, silent receivers are asked again"),
    Job("audit.tasks.seal_events", schedule(60), MONEY, "an altered event is noticed only once it is sealed"),
    Job("ledger.tasks.close_days", crontab(hour=0, minute=5), MONEY, "yesterday's balances stand, so that no balance adds up old legs"),
    Job("handbook.tasks.make_pdfs", crontab(hour=4, minute=0), BULK, "handbooks on paper follow the plan and the release"),
    Job("logins.tasks.forget_sessions", crontab(hour=3, minute=30), BULK, "sessions that are over leave nothing behind"),
    Job("logins.tasks.write_refusals", schedule(60), MONEY, "refusals are counted by the minute, and read once it is over"),
    Job("loans.tasks.remind_of_deadlines", crontab(hour=7, minute=30), MAIL, "banks read what is due before their day begins"),
    Job("loans.tasks.lapse_approvals", crontab(hour=0, minute=10), MONEY, "an approval lapses with the day, and frees its caps"),
    Job("loans.tasks.expire_drawn_projects", crontab(hour=0, minute=20), MONEY, "a fully drawn project takes no more applications"),
    Job("loans.tasks.apply_return_rates", crontab(hour=0, minute=30), MONEY, "a decision that reaches running loans holds the next day"),
    Job("notices.tasks.send_emails", schedule(60), MAIL, "new notices go out, failed ones are tried again"),
    Job("quanzhou_fund.tasks.catch_up", schedule(60), MONEY, "a job whose moment passed while everything was down still runs"),
    Job("reporting.tasks.keep_response_years", crontab(hour=1, minute=30), BULK, "a year is signed, checked and locked within its terms"),
    Job("risk.tasks.suggest_classes", crontab(hour=0, minute=40), BULK, "a loan's class follows its overdue days the next morning"),
    Job("risk.tasks.evaluate_banks", crontab(minute=15), MONEY, "drawdowns move a bank's bad-debt rate without anybody asking"),
    Job("risk.tasks.pay_due_claims", schedule(300), MONEY, "a payment that was cut off is made within minutes"),
    Job("risk.tasks.remind_of_terms", crontab(hour=7, minute=40), MAIL, "banks and guarantors read what is due before their day begins"),
    Job("risk.tasks.alarm_about_guarantee_fees", crontab(hour=0, minute=50), MAIL, "an average above the limit is told the next day"),
    Job("subsidy.tasks.close_tenders", schedule(300), MONEY, "the page says closed soon after the closing; bids are refused by the clock"),
    Job("subsidy.tasks.draft_settlements", crontab(hour=1, minute=0), BULK, "on the 21st the quarter is over; every night catches up"),
    Job("whitelist.tasks.expire", crontab(hour=0, minute=5), BULK, "an entry ends with the day"),
    Job("whitelist.tasks.resume_imports", schedule(300), BULK, "a list whose worker died is read within minutes"),
    Job("whitelist.tasks.send_deliveries", schedule(60), OUTBOX, "channels hear of a batch within a minute, silent ones are asked again"),
)
# Tasks that other tasks or requests queue.
OTHER_TASKS: Mapping[str, Queue] = {
    "api.tasks.send_events_to": OUTBOX,
    "api.tasks.work_upload_of": BULK,
    "handbook.tasks.make_pdf": BULK,
    "quanzhou_fund.tasks.pulse": BULK,  # the clock sends one to each queue
    "whitelist.tasks.check_import": BULK,
    "whitelist.tasks.commit_import": BULK,
    "whitelist.tasks.mark_faults": BULK,
}
JOB_OF: Mapping[str, Job] = {job.task: job for job in JOBS}
QUEUE_OF: Mapping[str, Queue] = {**{job.task: job.queue for job in JOBS}, **OTHER_TASKS}


def task_routes() -> dict[str, dict]:
    """Return the queue of every task in the shape Celery reads."""
    return {task: {"queue": str(queue)} for task, queue in QUEUE_OF.items()}


def task_limits() -> dict[str, dict]:
    """Return the time limits of every task, by the kind of its queue, in the shape Celery reads."""
    return {task: {"soft_time_limit": LIMITS[queue].soft, "time_limit": LIMITS[queue].hard} for task, queue in QUEUE_OF.items()}


def beat_schedule() -> dict[str, dict]:
    """Return the table in the shape Celery's beat reads, and a pulse for each queue."""
    jobs = {job.task: {"task": job.task, "schedule": job.runs, "options": _broom(job.queue)} for job in JOBS}
    pulses = {
        f"pulse of {queue}": {
            "task": "quanzhou_fund.tasks.pulse",
            "schedule": schedule(PULSE_SECONDS),
            "args": (str(queue),),
            "options": {"queue": str(queue)} | _broom(queue),
        }
        for queue in Queue
    }
    return jobs | pulses


def _broom(queue: Queue) -> dict[str, int]:
    """Return when a message is swept out; never of money: a worker whose clock is ahead would drop it."""
    return {} if queue == Queue.MONEY else {"expires": BROOM_SECONDS}
