"""The demo fund: always the same story, finished when killed, kept when finished, its books tied."""

from datetime import date
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import now

from audit.models import Event
from audit.services import record_opening
from demo_fund import player
from demo_fund.companies import invent_companies
from demo_fund.financing import plan_financings
from demo_fund.glance import problems_of_the_books
from demo_fund.models import DemoDay, DemoRun
from demo_fund.places import BATCH_SIX
from demo_fund.projects import plan_projects
from loans.models import Loan, Movement
from parties.selectors import system_member
from subsidy.models import Settlement

UNTIL = date(2026, 11, 20)
SHORT = date(2023, 10, 31)


def planned():
    companies = invent_companies(Random(1), until_year=2025)
    projects = plan_projects(Random(2), companies, until=UNTIL)
    return companies, projects, plan_financings(Random(3), companies, projects, until=UNTIL)


def test_the_same_seed_gives_the_same_story():
    assert planned() == planned()


def test_batch_six_has_the_shape_of_the_real_one():
    _, projects, _ = planned()
    batch = [plan for plan in projects if plan.batch == (2024, 6)]
    shape = [
        (code, len(of_place), sum(plan.total_investment for plan in of_place) / 1_000_000)
        for code, *_ in BATCH_SIX
        if (of_place := [plan for plan in batch if plan.company.place.code == code])
    ]
    assert shape == list(BATCH_SIX)
    assert (len(batch), sum(plan.total_investment for plan in batch)) == (33, 7_743_000_000)


def test_a_story_has_every_kind_of_case():
    _, projects, financings = planned()
    assert {plan.fate for plan in projects} == {"listed", "returned_once", "rejected", "subsidised"}
    assert {f.fate for f in financings} == {"running", "refused", "withdrawn", "lapsed", "open"}
    assert {f.mode for f in financings} == {"special", "trust"}
    assert {change.kind for f in financings for change in f.changes} == {"drawdown", "repayment", "overdue", "cure"}
    assert any(change.recorded_on for f in financings for change in f.changes), "a repayment written down late"


@pytest.mark.django_db(transaction=True)
def test_a_load_killed_half_way_is_finished_and_then_kept(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    play_day = player._play_day

    def power_cut(day, steps):
        if day >= date(2023, 8, 1):
            raise KeyboardInterrupt
        play_day(day, steps)

    monkeypatch.setattr(player, "_play_day", power_cut)
    with pytest.raises(KeyboardInterrupt):
        call_command("load_demo_fund", until=SHORT, stdout=StringIO())
    assert DemoRun.objects.get().finished_at is None
    days_before = list(DemoDay.objects.values_list("pk", flat=True))
    assert days_before

    monkeypatch.setattr(player, "_play_day", play_day)
    out = StringIO()
    call_command("load_demo_fund", until=date(2030, 1, 1), stdout=out)  # the first run's last day counts
    assert DemoRun.objects.get().until == SHORT
    assert set(days_before) < set(DemoDay.objects.values_list("pk", flat=True))
    assert DemoDay.objects.count() == DemoDay.objects.values("day").distinct().count()
    assert "账目核对通过" in out.getvalue()
    assert Loan.objects.exists()
    assert Settlement.objects.filter(year=2023, quarter=3, state="paid").exists()

    record_opening(obj=Loan.objects.latest("pk"), actor=system_member(), at=now())  # somebody looks, and the power goes before the seal
    facts = (Event.objects.count(), Movement.objects.count(), DemoDay.objects.count())
    call_command("load_demo_fund", stdout=StringIO())
    assert not Event.objects.filter(seal__isnull=True).exists()
    assert (Event.objects.count(), Movement.objects.count(), DemoDay.objects.count()) == facts

    with connection.cursor() as cursor:  # a book that does not tie is noticed
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_leg SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM ledger_leg)")
        cursor.execute("SET session_replication_role = origin")
    assert any("记账凭证借贷不平" in problem for problem in problems_of_the_books(on=SHORT))
    with pytest.raises(CommandError, match="账目核对未通过"):
        call_command("load_demo_fund", stdout=StringIO())


@pytest.mark.django_db
def test_production_refuses_the_demo(settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="不能载入正式环境"):
        call_command("load_demo_fund", stdout=StringIO())
