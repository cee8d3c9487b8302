"""The jobs that run by themselves in the demo, as beat would run them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from demo_fund.player import Step
from demo_fund.stage import Stage
from ledger.closing import close_days
from loans.services import apply_return_rates, expire_drawn_projects, lapse_approvals, remind_of_deadlines
from risk.services import alarm_about_guarantee_fees, evaluate_banks, pay_due_claims, remind_of_terms, suggest_classes

BEGIN = date(2023, 3, 6)


def running_steps(stage: Stage) -> Iterator[Step]:
    """Yield the jobs, once a fortnight in the past (a missed run is caught up by the next) and daily in the last month."""
    day = BEGIN
    while day <= stage.until:
        on = stage.working_day(day)
        if on <= stage.until:
            yield Step(on, 95, partial(_run_jobs, stage))
        day += timedelta(days=1 if (stage.until - day).days < 30 else 14)


def _run_jobs(stage: Stage, at: datetime) -> None:
    system = stage.cast.system
    remind_of_deadlines(actor=system, at=at)
    lapse_approvals(actor=system, at=at)
    apply_return_rates(actor=system, at=at)
    expire_drawn_projects(actor=system, at=at)
    close_days(at=at)
    suggest_classes(actor=system, at=at)
    evaluate_banks(actor=system, at=at)
    pay_due_claims(actor=system, at=at)
    remind_of_terms(actor=system, at=at)
    alarm_about_guarantee_fees(actor=system, at=at)
