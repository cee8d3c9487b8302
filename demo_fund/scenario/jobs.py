"""The jobs that run by themselves in the demo, as beat would run them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from demo_fund.player import Step
from demo_fund.stage import Stage
from ledger.closing import close_days
from loans.services.jobs import expire_drawn_projects, lapse_approvals, remind_of_deadlines
from loans.services.return_rates import apply_return_rates
from reporting.response_rates.services.jobs import keep_response_years
from risk.breaker.services import evaluate_banks
from risk.claims.services.payments import pay_due_claims
from risk.classification.services import suggest_classes
from risk.reminders import alarm_about_guarantee_fees, remind_of_terms

BEGIN_DAYS = 62
LAST_DAYS = (7, 5, 3, 1, 0)


def job_steps(stage: Stage, *, every: int) -> Iterator[Step]:
    """Yield the jobs, now and then in the past (a missed run is caught up by the next), oftener in the last week, and at the very end."""
    window = stage.window
    days = set(range(BEGIN_DAYS, (window.until - window.first_on).days, every))
    wished = {window.after(day) for day in days} | {window.until - timedelta(days=day) for day in LAST_DAYS}
    for on in sorted({stage.working_day(day) for day in wished} | {window.until}):
        if on <= window.until:
            yield Step(on, 130, partial(_run_jobs_of_loans, stage), lane="jobs:loans")
            yield Step(on, 131, partial(_run_jobs_of_risk, stage), lane="jobs:risk")


def _run_jobs_of_loans(stage: Stage, at: datetime) -> None:
    system = stage.cast.system
    remind_of_deadlines(actor=system, at=at)
    lapse_approvals(actor=system, at=at)
    apply_return_rates(actor=system, at=at)
    expire_drawn_projects(actor=system, at=at)
    close_days(at=at)
    alarm_about_guarantee_fees(actor=system, at=at)


def _run_jobs_of_risk(stage: Stage, at: datetime) -> None:
    system = stage.cast.system
    suggest_classes(actor=system, at=at)
    evaluate_banks(actor=system, at=at)
    pay_due_claims(actor=system, at=at)
    remind_of_terms(actor=system, at=at)
    keep_response_years(at=at)
