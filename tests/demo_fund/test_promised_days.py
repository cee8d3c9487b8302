"""What drifts with the calendar, computed from the story's own days; ``make demo-story`` plays the whole fund on them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from demo_fund.cast import Cast
from demo_fund.financing import Financing
from demo_fund.scenario import keeping, opening, settling
from demo_fund.scenario.lending import lending_steps
from demo_fund.stage import Stage
from demo_fund.story import SEED, SIZES, plan
from demo_fund.window import Window
from parties.services.rights import PROPOSAL_LASTS
from policy.selectors.calendar import working_calendar
from tests.demo_fund.test_playing import DAYS, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("until", [TODAY, *DAYS.values()], ids=["today", *DAYS])]
APPROVAL_WORKING_DAYS = 30


def stage_of(until: date) -> Stage:
    return Stage(cast=Cast(), calendar=working_calendar(), window=Window(until))


def days_of(steps: Any, act: Callable[..., None], *asked: Any) -> list[date]:
    """Return the days until the last one on which an act comes, with these arguments."""
    found = [step for step in steps if isinstance(step.act, partial) and step.act.func is act]
    return sorted(step.on for step in found if all(one in step.act.args for one in asked))


def owes(f: Financing, on: date) -> bool:
    """Return whether something of the loan is lent on a day."""
    signs = {"drawdown": 1, "repayment": -1}
    return sum((signs.get(c.kind, 0) * c.amount for c in f.changes if c.on <= on), Decimal(0)) > 0


def financings(until: date, **wanted: str) -> list[Financing]:
    told = plan(seed=SEED, until=until, size=SIZES["small"])
    return [f for f in told.financings if all(getattr(f, name) == value for name, value in wanted.items())]


def test_drafts_wait_of_the_last_quarter(until: date) -> None:
    stage = stage_of(until)
    steps = list(settling.settling_steps(stage))
    drafted_on = days_of(steps, settling._draft)[-1]
    assert until - drafted_on < timedelta(days=93)
    quarter = [day for day in stage.window.quarter_starts() if day <= drafted_on][-1]
    for bank, mode in settling.UNCONFIRMED:
        assert any(owes(f, quarter - timedelta(days=30)) for f in financings(until, bank=bank, mode=mode.value)), bank
    held = [step.act.args[1] for step in steps if step.act.func is settling._confirm and step.on > drafted_on]
    assert all(one == settling.UNCONFIRMED for one in held), "whoever has not confirmed does not on any day after"


def test_an_objection_stands_unanswered(until: date) -> None:
    stage = stage_of(until)
    steps = list(settling.settling_steps(stage))
    bank, county, _ = settling.ASKED
    [asked_on] = days_of(steps, settling._object, bank, county)
    reviewed_on, drafted_on = (max(day for day in days_of(steps, act) if day <= asked_on) for act in (settling._review, settling._draft))
    assert drafted_on < reviewed_on <= asked_on <= until
    assert not [day for day in days_of(steps, settling._answer, bank) if day >= asked_on]
    lent = [f for f in financings(until, bank=bank) if f.company.place.code == county]
    assert any(owes(f, drafted_on - timedelta(days=30)) for f in lent), "the county bears a share of that quarter"


def test_a_paid_quarter_corrects_an_earlier_one(until: date) -> None:
    """The repayment is written down once its quarter is filed, and before one is drafted that is paid by the last day."""
    steps = list(settling.settling_steps(stage_of(until)))
    [(f, late)] = [(f, c) for f in financings(until) for c in f.changes if c.recorded_on is not None]
    drafted = days_of(steps, settling._draft)
    own, following = (min(day for day in drafted if day > moment) for moment in (late.on, late.recorded_on))
    assert own < late.recorded_on < following
    assert len([day for day in days_of(steps, settling._check_payments) if day > following]) > 0
    assert any(owes(f, day) for day in (late.on, following))


def test_a_deadline_is_overdue_and_another_runs(until: date) -> None:
    stage = stage_of(until)
    asked = [stage.working_day(f.submitted_on) for f in financings(until, fate="open")]
    due = [stage.calendar.due(day, APPROVAL_WORKING_DAYS).on for day in asked]
    assert min(due) < until < max(due)


def test_a_tender_takes_bids_and_proposals_of_rights_wait(until: date) -> None:
    stage = stage_of(until)
    [announced] = [s for s in opening._running_tender_steps(stage) if s.act.func is opening._open_tenders]
    assert announced.on < until < announced.act.args[1].date()
    bids = [s for s in opening._running_tender_steps(stage) if s.act.func is opening._bid]
    assert announced.on <= min(s.on for s in bids), "competitors have bid, the visitors' bank has not"
    assert opening.VISITORS_BANK not in {s.lane for s in bids}
    assert {s.on for s in keeping.keeping_steps(stage)} == {until}
    assert timedelta(days=7) <= PROPOSAL_LASTS


def test_who_borrows_has_named_a_person_before(until: date) -> None:
    """A job or a list published lies between, so that the two may be played by different processes."""
    stage = stage_of(until)
    told = plan(seed=SEED, until=until, size=SIZES["full"])
    steps = list(lending_steps(stage, told.financings))
    named = {company.credit_code: s.on for s in steps if s.act.func.__name__ == "_introduce" for company in s.act.args[1]}
    for f in told.financings:
        if stage.working_day(f.submitted_on) <= until:
            assert named[f.company.credit_code] <= max(stage.first_on, f.submitted_on - timedelta(days=14)), f.key
