"""
When each job runs: the only such table. The task does one service call; a missed run is caught up by the next.

Hours are those of Asia/Shanghai. Tasks are named as Celery registers them: ``<app>.tasks.<function>``.
"""

from dataclasses import dataclass

from celery.schedules import crontab, schedule


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the table: the task, when it runs, and why then."""

    task: str
    runs: crontab | schedule
    why: str


JOBS: tuple[Job, ...] = (
    Job("api.tasks.forget_answers", crontab(hour=3, minute=10), "answers are kept for as long as promised, and no longer"),
    Job("api.tasks.forget_messages", crontab(hour=3, minute=20), "what arrived long ago needs no outbox"),
    Job("api.tasks.resume_uploads", schedule(300), "a file whose worker died is worked on within minutes"),
    Job("api.tasks.send_events", schedule(5), "banks hear of a change within seconds, silent receivers are asked again"),
    Job("audit.tasks.seal_events", schedule(60), "an altered event is noticed only once it is sealed"),
    Job("ledger.tasks.close_days", crontab(hour=0, minute=5), "yesterday's balances stand, so that no balance adds up old legs"),
    Job("logins.tasks.forget_sessions", crontab(hour=3, minute=30), "sessions that are over leave nothing behind"),
    Job("logins.tasks.write_refusals", schedule(60), "refusals are counted by the minute, and read once it is over"),
    Job("loans.tasks.remind_of_deadlines", crontab(hour=7, minute=30), "banks read what is due before their day begins"),
    Job("loans.tasks.lapse_approvals", crontab(hour=0, minute=10), "an approval lapses with the day, and frees its caps"),
    Job("loans.tasks.expire_drawn_projects", crontab(hour=0, minute=20), "a fully drawn project takes no more applications"),
    Job("loans.tasks.apply_return_rates", crontab(hour=0, minute=30), "a decision that reaches running loans is on them the next day"),
    Job("notices.tasks.send_emails", schedule(60), "new notices go out, failed ones are tried again"),
    Job("risk.tasks.suggest_classes", crontab(hour=0, minute=40), "a loan's class follows its overdue days the next morning"),
    Job("risk.tasks.evaluate_banks", crontab(minute=15), "drawdowns move a bank's bad-debt rate without anybody asking"),
    Job("risk.tasks.pay_due_claims", schedule(300), "a payment that was cut off is made within minutes"),
    Job("risk.tasks.remind_of_terms", crontab(hour=7, minute=40), "banks and guarantors read what is due before their day begins"),
    Job("risk.tasks.alarm_about_guarantee_fees", crontab(hour=0, minute=50), "an average above the limit is told the next day"),
    Job("subsidy.tasks.close_tenders", schedule(300), "the page says closed soon after the closing; bids are refused by the clock itself"),
    Job("subsidy.tasks.draft_settlements", crontab(hour=1, minute=0), "on the 21st the quarter is over; every other night catches up"),
    Job("whitelist.tasks.expire", crontab(hour=0, minute=5), "an entry ends with the day"),
    Job("whitelist.tasks.send_deliveries", schedule(60), "channels hear of a batch within a minute, silent ones are asked again"),
)


def beat_schedule() -> dict[str, dict]:
    """Return the table in the shape Celery's beat reads."""
    return {job.task: {"task": job.task, "schedule": job.runs} for job in JOBS}
