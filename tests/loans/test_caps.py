"""What counts against which cap, over all banks, modes and versions."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.enums import Category, Mode
from loans.enums import MovementKind
from loans.models import Application
from loans.rules.caps import OverCap
from loans.selectors.caps import CommitmentSnapshot, case_of_application, case_of_loan, fully_drawn_entries, headroom
from loans.services.approval import approve_application
from loans.services.movements.record import record_drawdowns
from tests.factories import EnterpriseFactory
from tests.loan_factories import ApplicationFactory, EntryFactory, LoanFactory, ProjectFactory, ReturnRateFactory, move, noon
from whitelist.models import Entry, Project

pytestmark = pytest.mark.django_db

TODAY = date(2024, 4, 15)


@pytest.fixture(autouse=True)
def _rate(db):
    ReturnRateFactory()


def million(number: str) -> Decimal:
    return Decimal(number) * 1_000_000


def approve(scene, application, amount, at=date(2024, 3, 20)):
    return approve_application(application_id=application.public_id, amount=amount, actor=scene.handler, at=noon(at))


def review(scene, **given):
    return ApplicationFactory(under_review=True, bank=scene.bank, drafted_by=scene.owner, **given)


def left(application, name, on=TODAY):
    room = headroom(case_of_application(Application.objects.get(pk=application.pk)), on=on)
    return next(cap.headroom for cap in room.caps if cap.name == name)


@pytest.mark.clause("FP 1.2.1")
@pytest.mark.parametrize(
    ("category", "cap", "limit"),
    [
        pytest.param(Category.FIXED_ASSET, "project_fixed_asset", "160", id="固定资产80%"),
        pytest.param(Category.WORKING_CAPITAL, "project_working_capital", "20", id="流动资金10%"),
    ],
)
def test_both_sides_of_a_project_s_share(scene, category, cap, limit):
    application = review(scene, entry=scene.entry, category=category, amount_requested=million("200"))
    with pytest.raises(OverCap) as refused:
        approve(scene, application, million(limit) + Decimal("0.01"))
    assert cap in [problem.code for problem in refused.value.errors]
    assert refused.value.errors[0].detail.endswith("（FP 1.2.1）")
    assert Application.objects.get(pk=application.pk).state == "under_review"
    assert approve(scene, application, million(limit)).amount_approved == million(limit)
    assert left(application, cap) == 0


@pytest.mark.clause("FP 1.2.1")
def test_three_hundred_million_for_all_of_a_project(scene):
    entry = EntryFactory(project=ProjectFactory(enterprise=scene.enterprise, total_investment=million("1000")))
    first = review(scene, entry=entry, amount_requested=million("290"))
    approve(scene, first, million("290"))
    second = review(scene, entry=entry, category=Category.WORKING_CAPITAL, amount_requested=million("50"))
    with pytest.raises(OverCap) as refused:
        approve(scene, second, million("10") + Decimal("0.01"))
    assert refused.value.errors[0].code == "project_total"
    approve(scene, second, million("10"))


@pytest.mark.clause("D2")
@pytest.mark.clause("D32")
@pytest.mark.clause("D39")
def test_all_banks_modes_and_listings_of_a_project_count_together(scene):
    project = scene.entry.project
    LoanFactory(
        application=ApplicationFactory(contracted=True, entry=scene.entry, amount_requested=million("60")), drawn_on=date(2024, 4, 10)
    )
    ApplicationFactory(approved=True, trust=True, entry=scene.entry, amount_requested=million("40"))
    scene.entry.__class__.objects.filter(pk=scene.entry.pk).update(state="expired", expired_on=date(2024, 4, 11), expiry_cause="term_over")
    again = EntryFactory(project=project, enterprise=scene.enterprise, published_on=date(2024, 4, 12))
    application = review(scene, entry=again, amount_requested=million("100"))
    assert left(application, "project_fixed_asset") == million("60")
    with pytest.raises(OverCap):
        approve(scene, application, million("60.01"))


@pytest.mark.clause("D2")
def test_a_project_s_cap_does_not_revolve_and_an_rd_cap_does(scene):
    loan = LoanFactory(
        application=ApplicationFactory(contracted=True, entry=scene.entry, amount_requested=million("60")), drawn_on=date(2024, 4, 10)
    )
    move(loan, MovementKind.REPAYMENT, million("50"), date(2024, 4, 12))
    assert left(review(scene, entry=scene.entry), "project_fixed_asset") == million("100")
    rd = LoanFactory(
        application=ApplicationFactory(contracted=True, rd=True, entry=scene.rd_entry, amount_requested=million("15")),
        drawn_on=date(2024, 4, 10),
    )
    application = review(scene, entry=scene.rd_entry, category=Category.RD, security="credit")
    assert left(application, "rd_total") == million("5")
    move(rd, MovementKind.REPAYMENT, million("10"), date(2024, 4, 12))
    assert left(application, "rd_total") == million("15")


@pytest.mark.clause("D37")
def test_what_is_not_drawn_is_free_again_when_its_time_is_over(scene):
    application = review(scene, entry=scene.entry)
    ApplicationFactory(approved=True, entry=scene.entry, amount_requested=million("30"))
    partly = LoanFactory(application=ApplicationFactory(contracted=True, entry=scene.entry, amount_requested=million("20")))
    assert left(application, "project_fixed_asset", on=date(2024, 9, 19)) == million("110")
    assert left(application, "project_fixed_asset", on=date(2024, 9, 20)) == million("140")
    assert left(application, "project_fixed_asset", on=partly.available_until) == million("160")


@pytest.mark.parametrize("state", ["withdrawn", "lapsed"])
def test_what_was_given_up_does_not_count(scene, state):
    kept = ApplicationFactory(approved=True, entry=scene.entry, amount_requested=million("30"))
    given = {"withdrawn_on": TODAY} if state == "withdrawn" else {"lapsed_on": date(2024, 9, 20)}
    Application.objects.filter(pk=kept.pk).update(state=state, **given)
    assert left(review(scene, entry=scene.entry), "project_fixed_asset") == million("160")


@pytest.mark.clause("FP 1.2.2")
@pytest.mark.parametrize(
    ("expense", "is_new", "limit"),
    [
        pytest.param("40", False, "20", id="研发费用的一半"),
        pytest.param("80", False, "30", id="不超过三千万"),
        pytest.param("0", False, "0", id="研发费用为零"),
        pytest.param(None, True, "10", id="新注册企业一千万"),
    ],
)
def test_rd_caps(scene, expense, is_new, limit):
    enterprise = EnterpriseFactory()
    entry = EntryFactory(rd=True, enterprise=enterprise, is_newly_registered=is_new, last_year_rd_expense=expense and million(expense))
    application = review(scene, entry=entry, category=Category.RD, security="credit", amount_requested=million("40"))
    with pytest.raises(OverCap) as refused:
        approve(scene, application, million(limit) + Decimal("0.01"))
    assert refused.value.errors[0].code == "rd_total"
    if expense == "0":
        assert "研发费用为零" in refused.value.message
    assert left(application, "rd_total") == million(limit)


@pytest.mark.clause("D3")
def test_the_current_whitelist_year_counts(scene):
    application = review(scene, entry=scene.rd_entry, category=Category.RD, security="credit", amount_requested=million("30"))
    scene.rd_entry.__class__.objects.filter(pk=scene.rd_entry.pk).update(
        state="expired", expired_on=date(2024, 4, 1), expiry_cause="next_list"
    )
    EntryFactory(rd=True, enterprise=scene.enterprise, list_year=2025, published_on=date(2024, 4, 1), last_year_rd_expense=million("10"))
    assert left(application, "rd_total", on=date(2024, 3, 31)) == million("20")
    assert left(application, "rd_total", on=date(2024, 4, 1)) == million("5")


@pytest.mark.clause("FP 1.3")
@pytest.mark.clause("D40")
def test_a_bank_s_quota_is_a_limit_per_mode(scene):
    scene.bank.quotas.filter(mode=Mode.SPECIAL).update(amount=million("50"))
    other = EntryFactory()
    ApplicationFactory(approved=True, bank=scene.bank, trust=True, entry=other, amount_requested=million("40"))
    running = LoanFactory(
        application=ApplicationFactory(contracted=True, bank=scene.bank, entry=other, amount_requested=million("20")),
        drawn_on=date(2024, 4, 10),
    )
    move(running, MovementKind.REPAYMENT, million("5"), date(2024, 4, 12))
    ApplicationFactory(approved=True, bank=scene.bank, entry=other, amount_requested=million("10"))
    application = review(scene, entry=scene.entry, amount_requested=million("100"))
    assert left(application, "bank_quota") == million("25")
    with pytest.raises(OverCap) as refused:
        approve(scene, application, million("25.01"), at=TODAY)
    assert [problem.code for problem in refused.value.errors] == ["bank_quota"]
    approve(scene, application, million("25"), at=TODAY)


def test_a_running_contract_is_drawn_under_a_quota_that_has_ended(scene):
    loan = scene.signed()
    scene.bank.quotas.filter(mode=Mode.SPECIAL).update(until_on=date(2024, 4, 5))
    scene.draw(loan, "10000000.00", date(2024, 4, 10))


def test_drawdowns_of_one_batch_count_one_after_the_other(scene):
    scene.bank.quotas.filter(mode=Mode.SPECIAL).update(amount=million("10"))
    first = scene.signed(amount_requested=million("6"))
    scene.bank.quotas.filter(mode=Mode.SPECIAL).update(amount=million("12"))
    second = scene.signed(amount_requested=million("6"))
    scene.bank.quotas.filter(mode=Mode.SPECIAL).update(amount=million("10"))
    items = [scene.item(loan, "6000000.00", date(2024, 4, 10)) for loan in (first, second)]
    with pytest.raises(OverCap) as refused:
        record_drawdowns(items, actor=scene.handler, checked_by=scene.checker, at=noon(date(2024, 4, 10)))
    assert refused.value.errors[0].field == "items.0.amount"  # the second contract keeps its six million free


def test_the_book_of_many_cases_costs_the_queries_of_one(scene):
    loans = [LoanFactory(drawn_on=date(2024, 4, 10)) for _ in range(3)]
    cases = [case_of_loan(loan) for loan in loans]
    counts = []
    for wanted in (cases[:1], cases):
        with CaptureQueriesContext(connection) as queries:
            CommitmentSnapshot.read(wanted, on=TODAY)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7


@pytest.mark.clause("FP 1.2.1")
@pytest.mark.clause("D39")
def test_an_investment_raised_after_the_listing_ended_moves_no_cap_before_it_is_listed_again(scene):
    """Off the list a project may be corrected by its enterprise; applications under way are still judged by what was reviewed."""
    application = review(scene, entry=scene.entry, amount_requested=million("300"))
    Entry.objects.filter(pk=scene.entry.pk).update(state="expired", expired_on=TODAY, expiry_cause="term_over")
    Project.objects.filter(pk=scene.entry.project_id).update(total_investment=million("2000"))
    assert left(application, "project_fixed_asset") == million("160")
    with pytest.raises(OverCap):
        approve(scene, application, million("160") + Decimal("0.01"))
    EntryFactory(project=Project.objects.get(pk=scene.entry.project_id), published_on=date(2024, 4, 14))
    assert left(application, "project_fixed_asset") == million("300")


@pytest.mark.clause("D27")
def test_a_project_is_fully_drawn_when_its_cap_is(scene):
    entry = EntryFactory(project__total_investment=million("10"))
    for category, amount in ((Category.FIXED_ASSET, "8"), (Category.WORKING_CAPITAL, "1")):
        application = ApplicationFactory(contracted=True, entry=entry, category=category, amount_requested=million(amount))
        assert fully_drawn_entries(on=TODAY) == []
        LoanFactory(application=application, drawn_on=date(2024, 4, 10))
    assert fully_drawn_entries(on=TODAY) == [entry.public_id]
