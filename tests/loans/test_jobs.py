"""What runs on a schedule: caught up when missed, said once, killed half-way and run again."""

from datetime import date
from decimal import Decimal

import pytest

from audit.models import Event
from loans import tasks
from loans.models import Application, LoanRate
from loans.services import jobs
from loans.services.jobs import expire_drawn_projects, lapse_approvals, remind_of_deadlines
from loans.services.movements.record import record_drawdowns
from loans.services.return_rates import apply_return_rates
from notices.models import Notice
from parties.access import RoleMissing
from parties.selectors import system_member
from policy.models import Deadline
from tests.factories import MemberFactory
from tests.loan_factories import ApplicationFactory, EntryFactory, LoanFactory, ReturnRateFactory, noon
from whitelist.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    return system_member()


class Killed(BaseException):
    """What ends a process in the middle of its work."""


def dies_at(monkeypatch, target, name, *, call):
    """Make a function end the process at its n-th call, once."""
    plain, calls = getattr(target, name), []

    def dying(*args, **kwargs):
        calls.append(1)
        if len(calls) == call:
            raise Killed
        return plain(*args, **kwargs)

    monkeypatch.setattr(target, name, dying)


# reminders: submitted on 2024-03-01, due on 2024-04-15


@pytest.fixture
def application(db):
    return ApplicationFactory(submitted=True)


def remind(job, day):
    return remind_of_deadlines(actor=job, at=noon(day))


def titles():
    return list(Notice.objects.filter(kind__startswith="deadline").order_by("id").values_list("title", flat=True))


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize(
    ("day", "said"),
    [
        pytest.param(date(2024, 3, 28), None, id="还有11个工作日"),
        pytest.param(date(2024, 3, 29), "还有 10 个工作日", id="还有10个工作日"),
        pytest.param(date(2024, 4, 9), "还有 4 个工作日", id="还有4个工作日"),
        pytest.param(date(2024, 4, 12), "还有 1 个工作日", id="还有1个工作日"),
        pytest.param(date(2024, 4, 15), "还有 0 个工作日", id="到期当日"),
        pytest.param(date(2024, 4, 16), "已超过批复时限 1 个工作日", id="次日"),
    ],
)
def test_banks_are_reminded_and_late_ones_reported(job, application, day, said):
    remind(job, day)
    found = titles()
    if said is None:
        assert found == []
    else:
        assert said in found[0]
        assert len(found) == (1 if day <= date(2024, 4, 15) else 3)


def test_each_stage_is_said_once_and_a_missed_run_is_caught_up(job, application):
    assert [remind(job, date(2024, 3, day)) for day in (29, 29, 30, 31)] == [1, 0, 0, 0]
    assert remind(job, date(2024, 4, 12)) == 1  # the run at 5 days was missed: only the latest stage is said
    assert remind(job, date(2024, 4, 15)) == 0
    assert remind(job, date(2024, 5, 6)) == 1
    assert remind(job, date(2024, 5, 7)) == 0
    kinds = list(Notice.objects.filter(kind__startswith="deadline").values_list("institution__kind", flat=True))
    assert sorted(kinds) == ["bank", "bank", "bank", "city_industry", "county_industry"]


def test_a_moved_deadline_is_said_anew(job, application):
    remind(job, date(2024, 4, 12))
    Deadline.objects.filter(pk=application.deadline_id).update(due_on=date(2024, 4, 16))
    assert remind(job, date(2024, 4, 15)) == 1


def test_a_decided_case_is_not_reminded_of(job):
    ApplicationFactory(approved=True)
    assert remind(job, date(2024, 5, 6)) == 0


def test_a_killed_run_is_finished_by_the_next(job, monkeypatch):
    for _ in range(3):
        ApplicationFactory(submitted=True)
    with monkeypatch.context() as patch:
        dies_at(patch, jobs, "notify", call=5)
        with pytest.raises(Killed):
            remind(job, date(2024, 5, 6))
    assert len(titles()) == 3
    assert remind(job, date(2024, 5, 6)) == 2
    assert len(titles()) == 9


def test_jobs_are_the_system_s(application):
    stranger = MemberFactory()
    for run in (remind_of_deadlines, apply_return_rates):
        with pytest.raises(RoleMissing):
            run(actor=stranger, at=noon(date(2024, 5, 6)))


# lapse


@pytest.mark.clause("D37")
@pytest.mark.parametrize(("day", "lapsed"), [(date(2024, 9, 19), 0), (date(2024, 9, 20), 2)])
def test_approvals_lapse_after_six_months(job, day, lapsed):
    ApplicationFactory(approved=True)
    ApplicationFactory(conditions_met=True)
    LoanFactory()
    assert lapse_approvals(actor=job, at=noon(day)) == lapsed
    assert Application.objects.filter(state="lapsed", lapsed_on=day).count() == lapsed
    assert lapse_approvals(actor=job, at=noon(day)) == 0
    assert Notice.objects.filter(title__contains="失效").count() == lapsed


def test_lapsing_killed_half_way(job, monkeypatch):
    for _ in range(3):
        ApplicationFactory(approved=True)
    with monkeypatch.context() as patch:
        dies_at(patch, jobs, "save_and_log", call=2)
        with pytest.raises(Killed):
            lapse_approvals(actor=job, at=noon(date(2024, 9, 20)))
    assert Application.objects.filter(state="lapsed").count() == 1
    assert lapse_approvals(actor=job, at=noon(date(2024, 9, 20))) == 2
    assert Notice.objects.filter(title__contains="失效").count() == 3


def test_only_the_job_lets_lapse(scene):
    ApplicationFactory(approved=True, bank=scene.bank)
    with pytest.raises(RoleMissing):
        lapse_approvals(actor=scene.handler, at=noon(date(2024, 9, 20)))


# fully drawn projects


@pytest.mark.clause("D27")
def test_a_fully_drawn_project_expires(job):
    entry = EntryFactory(project__total_investment=Decimal("10000000.00"))
    for category, amount in (("fixed_asset", "8000000.00"), ("working_capital", "1000000.00")):
        application = ApplicationFactory(contracted=True, entry=entry, category=category, amount_requested=Decimal(amount))
        ReturnRateFactory()
        LoanFactory(application=application, drawn_on=date(2024, 4, 10))
    assert expire_drawn_projects(actor=job, at=noon(date(2024, 4, 11))) == 1
    assert Entry.objects.get(pk=entry.pk).expiry_cause == "fully_drawn"
    assert expire_drawn_projects(actor=job, at=noon(date(2024, 4, 12))) == 0


# rates of running loans


@pytest.fixture
def loan(db):
    ReturnRateFactory()
    return LoanFactory(drawn_on=date(2024, 4, 10))


def dated(loan):
    return list(LoanRate.objects.filter(loan=loan).values_list("from_on", "rate"))


@pytest.mark.clause("FP 1.4.2")
def test_only_a_decision_that_says_so_reaches_running_loans(job, loan):
    ReturnRateFactory(rate=Decimal("0.033"), effective_on=date(2024, 6, 1), decided_on=date(2024, 5, 1))
    assert apply_return_rates(actor=job, at=noon(date(2024, 6, 1))) == 0
    ReturnRateFactory(
        rate=Decimal("0.031"), effective_on=date(2024, 9, 1), decided_on=date(2024, 8, 1), running_loans_from=date(2024, 9, 21)
    )
    later = LoanFactory(drawn_on=date(2024, 9, 2))
    undrawn = LoanFactory()
    assert apply_return_rates(actor=job, at=noon(date(2024, 9, 3))) == 1
    assert apply_return_rates(actor=job, at=noon(date(2024, 9, 4))) == 0
    assert dated(loan) == [(date(2024, 4, 10), Decimal("0.035")), (date(2024, 9, 21), Decimal("0.031"))]
    assert dated(later) == [(date(2024, 9, 2), Decimal("0.031"))]
    assert dated(undrawn) == []


def test_a_later_decision_that_begins_earlier_takes_the_place_of_the_first(job, loan):
    ReturnRateFactory(
        rate=Decimal("0.033"), effective_on=date(2024, 6, 1), decided_on=date(2024, 6, 1), running_loans_from=date(2025, 6, 1)
    )
    apply_return_rates(actor=job, at=noon(date(2024, 6, 1)))
    ReturnRateFactory(
        rate=Decimal("0.031"), effective_on=date(2024, 9, 1), decided_on=date(2024, 9, 1), running_loans_from=date(2025, 3, 21)
    )
    apply_return_rates(actor=job, at=noon(date(2024, 9, 1)))
    apply_return_rates(actor=job, at=noon(date(2024, 9, 2)))
    assert dated(loan) == [(date(2024, 4, 10), Decimal("0.035")), (date(2025, 3, 21), Decimal("0.031"))]


def test_a_loan_that_earns_no_more_gets_no_new_rate(job, loan):
    ReturnRateFactory(
        rate=Decimal("0.031"), effective_on=date(2028, 9, 1), decided_on=date(2028, 9, 1), running_loans_from=date(2029, 4, 1)
    )
    assert apply_return_rates(actor=job, at=noon(date(2028, 9, 1))) == 0


@pytest.mark.clause("FP 1.4.2")
def test_a_decision_entered_late_holds_for_loans_first_drawn_since_it_took_effect(job, loan):
    before = LoanFactory(drawn_on=date(2024, 4, 2))
    decision = ReturnRateFactory(rate=Decimal("0.033"), effective_on=date(2024, 4, 5), decided_on=date(2024, 3, 25))
    assert apply_return_rates(actor=job, at=noon(date(2024, 7, 1))) == 1
    assert dated(loan) == [(date(2024, 4, 10), Decimal("0.033"))]
    assert dated(before) == [(date(2024, 4, 2), Decimal("0.035"))]
    loan.refresh_from_db()
    assert loan.return_rate == decision
    event = Event.objects.get(verb="loan.return_rate_fixed_anew")
    assert (event.object_id, event.before, event.after) == (
        str(loan.public_id), {"return_rate": "0.035000"}, {"return_rate": "0.033000"}
    )  # fmt: skip
    assert apply_return_rates(actor=job, at=noon(date(2024, 7, 2))) == 0


def test_a_late_decision_that_also_reaches_running_loans_gives_each_loan_its_due(job, loan):
    before = LoanFactory(drawn_on=date(2024, 4, 2))
    given = {"effective_on": date(2024, 4, 5), "decided_on": date(2024, 3, 25), "running_loans_from": date(2024, 6, 21)}
    ReturnRateFactory(rate=Decimal("0.033"), **given)
    assert apply_return_rates(actor=job, at=noon(date(2024, 7, 1))) == 2
    assert dated(loan) == [(date(2024, 4, 10), Decimal("0.033"))]
    assert dated(before) == [(date(2024, 4, 2), Decimal("0.035")), (date(2024, 6, 21), Decimal("0.033"))]
    assert Event.objects.get(verb="return_rate.reached_running_loans").after["loans"] == 1


def test_first_drawdown_and_job_agree_on_the_rates(job, scene):
    signed = scene.signed()
    ReturnRateFactory(
        rate=Decimal("0.031"), effective_on=date(2024, 9, 1), decided_on=date(2024, 9, 1), running_loans_from=date(2024, 9, 21)
    )
    item = scene.item(signed, "1.00", date(2024, 4, 10), reason="补记")
    record_drawdowns([item], actor=scene.handler, checked_by=scene.checker, at=noon(date(2024, 9, 5)))
    assert [rate for _, rate in dated(signed)] == [Decimal("0.035"), Decimal("0.031")]
    assert apply_return_rates(actor=job, at=noon(date(2024, 9, 6))) == 0


def test_the_doors_run(application):
    assert tasks.remind_of_deadlines() >= 0
    assert tasks.lapse_approvals() == 0
    assert tasks.expire_drawn_projects() == 0
    assert tasks.apply_return_rates() == 0
