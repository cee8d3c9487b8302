"""The demo fund: always the same story, finished when killed, kept when finished, its books tied, its promises kept on any day."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from audit.models import Event
from common.dates import add_months
from demo_fund import player
from demo_fund.glance import problems_of_the_books
from demo_fund.models import DemoDay, DemoRun
from demo_fund.places import BATCH_SIX
from demo_fund.player import at_time, stretches
from demo_fund.progress import read_progress
from demo_fund.promises import PROMISES, broken_promises
from demo_fund.scenario.opening import tender_days
from demo_fund.scripted import FIRST_NUMBER
from demo_fund.story import SEED, SIZES, plan, story
from loans.models import Loan, Movement
from parties.models import RightsChange
from policy.selectors.calendar import working_calendar
from subsidy.models import Settlement

TODAY = date(2026, 11, 28)
DAYS = {
    "in 40 days": TODAY + timedelta(days=40),
    "in 200 days": TODAY + timedelta(days=200),
    "in 700 days": TODAY + timedelta(days=700),
    "a quarter's first day": date(2026, 12, 21),
    "a quarter's last day": date(2026, 12, 20),
}
FULL = SIZES["full"]


def test_the_same_seed_gives_the_same_story():
    assert plan(seed=1, until=TODAY, size=FULL) == plan(seed=1, until=TODAY, size=FULL)


def test_batch_six_has_the_shape_of_the_real_one():
    told = plan(seed=SEED, until=TODAY, size=FULL)
    scripted = {f.project.code for f in told.financings if f.project is not None and f.number >= FIRST_NUMBER}
    own = [one for one in told.projects if one.batch == (2024, 6) and one.code not in scripted]
    shape = [
        (code, len(of_place), sum(one.total_investment for one in of_place) / 1_000_000)
        for code, *_ in BATCH_SIX
        if (of_place := [one for one in own if one.company.place.code == code])
    ]
    assert shape == list(BATCH_SIX)
    assert (len(own), sum(one.total_investment for one in own)) == (33, 7_743_000_000)


def test_a_story_has_every_kind_of_case():
    told = plan(seed=SEED, until=TODAY, size=FULL)
    assert {one.fate for one in told.projects} == {"listed", "returned_once", "rejected", "subsidised"}
    assert {f.fate for f in told.financings} == {"running", "refused", "withdrawn", "lapsed", "open", "ready"}
    assert {f.mode for f in told.financings} == {"special", "trust"}
    assert {change.kind for f in told.financings for change in f.changes} == {"drawdown", "repayment", "overdue", "cure"}
    assert any(change.recorded_on for f in told.financings for change in f.changes), "a repayment written down late"


@pytest.mark.parametrize("until", [TODAY, *DAYS.values(), date(2027, 12, 12), date(2028, 2, 29), date(2031, 5, 6)])
def test_any_day_makes_a_fund_of_today_s_size(until: date):
    """As many loans and movements as the fund played from 2023 to November 2026 had; each key once, nothing before the fund begins."""
    told = plan(seed=SEED, until=until, size=FULL)
    assert told.window.first_on == add_months(until, -36)
    assert sum(f.fate == "running" and f.contract_on < until for f in told.financings) >= 320
    assert sum(change.on <= until for f in told.financings for change in f.changes) >= 1177
    assert max(Counter(f.key for f in told.financings).values()) == 1
    assert max(Counter(one.code for one in told.projects).values()) == 1
    assert min(f.submitted_on for f in told.financings) > told.window.first_on
    assert min(one.applied_on for one in told.projects) > told.window.first_on


@pytest.mark.parametrize("until", [TODAY, *DAYS.values()])
def test_what_is_planned_can_be_recorded(until: date):
    """No loan pays back, goes overdue or recovers by more than it owes at that moment, lists of a day being recorded kind by kind."""
    for f in plan(seed=SEED, until=until, size=FULL).financings:
        performing = overdue = Decimal(0)
        for change in sorted(f.changes, key=lambda one: (one.recorded_on or one.on, one.kind)):
            moved = {"drawdown": (1, 0), "repayment": (-1, 0), "overdue": (-1, 1), "cure": (1, -1)}[change.kind]
            performing, overdue = performing + moved[0] * change.amount, overdue + moved[1] * change.amount
            assert performing >= 0 <= overdue, (f.key, change)
            assert f.contract_on <= change.on


@pytest.mark.django_db(transaction=True)
def test_a_load_killed_half_way_is_finished_and_then_kept(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    play_step = player._play_step

    def power_cut(one):
        if one.step.on >= date(2025, 3, 1):
            raise KeyboardInterrupt
        play_step(one)

    monkeypatch.setattr(player, "_play_step", power_cut)
    with pytest.raises(KeyboardInterrupt):
        call_command("load_demo_fund", until=TODAY, size="small", stdout=StringIO())
    assert DemoRun.objects.get().finished_at is None
    days_before = list(DemoDay.objects.values_list("pk", flat=True))
    assert days_before

    monkeypatch.setattr(player, "_play_step", play_step)
    out = StringIO()
    settings.DEMO_PROGRESS = str(tmp_path / "progress.json")
    call_command("load_demo_fund", until=date(2030, 1, 1), stdout=out)  # the first run's last day and size count
    progress = read_progress()
    assert progress is not None
    assert progress.done == progress.total > 0, "counted also where no terminal shows a bar"
    assert DemoRun.objects.get().until == TODAY
    assert set(days_before) < set(DemoDay.objects.values_list("pk", flat=True))
    steps = Counter((one.step.on, one.hand) for stretch in stretches(story(seed=SEED, until=TODAY, size="small")) for one in stretch)
    assert {(mark.day, mark.hand): mark.steps for mark in DemoDay.objects.all()} == steps
    assert "账目核对通过" in out.getvalue()
    assert Loan.objects.exists()
    assert Settlement.objects.filter(year=2026, quarter=2, state="paid").exists()
    assert broken_promises(on=TODAY) == []
    with transaction.atomic():
        RightsChange.objects.filter(state="proposed").update(ends_at=at_time(TODAY - timedelta(days=1)))
        assert broken_promises(on=TODAY) == [f"{administrator} 登录后有待办事项" for administrator in ("xitong", "anquan")]
        transaction.set_rollback(True)

    facts = (Event.objects.count(), Movement.objects.count(), DemoDay.objects.count())
    call_command("load_demo_fund", stdout=StringIO())
    assert (Event.objects.count(), Movement.objects.count(), DemoDay.objects.count()) == facts

    with connection.cursor() as cursor:  # a book that does not tie is noticed
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_leg SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM ledger_leg)")
        cursor.execute("SET session_replication_role = origin")
    assert any("记账凭证借贷不平" in problem for problem in problems_of_the_books(on=TODAY))
    with pytest.raises(CommandError, match="账目核对未通过"):
        call_command("load_demo_fund", stdout=StringIO())


@pytest.mark.django_db
def test_bids_are_closed_before_they_are_opened_whatever_the_day():
    """Also where the opening falls on the first working day after a long holiday."""
    calendar = working_calendar()
    for decided_on in (date(2023, 9, 1) + timedelta(days=days) for days in range(1900)):
        announced_on, bid_on, closes_on, opens_on = tender_days(calendar, decided_on)
        assert announced_on < bid_on <= closes_on < opens_on, decided_on


@pytest.mark.django_db
def test_an_empty_fund_keeps_no_promise_but_its_rules():
    """Each check can fail: none of them is true of nothing."""
    assert [promise.sentence for promise in PROMISES if promise.holds(date(2024, 5, 6))] == ["当天有有效的方案版本，可以办理新业务"]
    assert not PROMISES[-1].holds(TODAY), "the plan has ended, and nobody added a successor"


@pytest.mark.django_db
def test_production_refuses_the_demo(settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="不能载入正式环境"):
        call_command("load_demo_fund", stdout=StringIO())
