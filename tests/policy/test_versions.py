"""Versions as data: what answers for a day, entered, dated, confirmed."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from audit.models import Event
from common.errors import NotAllowed
from parties.models import Member
from policy.models import Confirmation, PolicyVersion
from policy.selectors.versions import PlanEnded, parameters_of, require_open_version, version_for, version_on, version_row_on
from policy.services.versions import (
    ConfirmedOtherwise,
    OverlappingVersion,
    UnknownDecision,
    UnknownVersion,
    VersionEndsBeforeStart,
    add_policy_version,
    confirm_interpretation,
    set_publication_date,
    set_version_end,
)
from policy.terms.fields import InvalidTerms
from policy.terms.version import NoPolicyVersion
from tests.factories import MemberFactory
from tests.translations import version_1
from whitelist.limits import project_limit, rd_limit

AT = datetime(2025, 11, 3, 2, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Member:
    return MemberFactory.serving("city_industry")


def successor(actor: Member, **changes: Any) -> PolicyVersion:
    plain = {
        "name": "泉州市技术创新基金实施方案(第二期)",
        "document_number": "泉财规〔2025〕9号",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2029, 1, 1),
        "terms": version_1().as_json(),
    }
    return add_policy_version(**(plain | changes), actor=actor, at=AT)


@pytest.mark.clause("FP 3.4")
@pytest.mark.clause("D38")
def test_version_1_is_the_plan_of_2023() -> None:
    row = PolicyVersion.objects.get(number=1)
    assert (row.name, row.document_number) == ("泉州市技术创新基金实施方案", "泉财规〔2023〕2号")
    assert (row.valid_from, row.last_on) == (date(2023, 1, 1), date(2025, 12, 31))
    assert version_for(row).terms == version_1()


@pytest.mark.clause("FP 3.4")
@pytest.mark.clause("D25")
@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        pytest.param(date(2023, 1, 1), True, id="its first day"),
        pytest.param(date(2025, 12, 31), True, id="its last day"),
        pytest.param(date(2026, 1, 1), False, id="the day after: it still answers"),
    ],
)
def test_the_version_that_answers_for_a_day(day: date, in_force: bool) -> None:
    answer = version_on(day)
    assert (answer.version, answer.in_force) == (1, in_force)
    assert answer.terms.loan.enterprise_rate == Decimal("0.02")


@pytest.mark.clause("FP 3.4")
@pytest.mark.parametrize("read", [version_on, version_row_on, require_open_version])
def test_before_the_first_version_there_is_none(read: Callable[[date], Any]) -> None:
    with pytest.raises(NoPolicyVersion, match="2022-12-31"):
        read(date(2022, 12, 31))


@pytest.mark.clause("FP 3.4")
@pytest.mark.clause("D25")
def test_after_the_plan_new_cases_are_refused_with_the_clause_until_a_successor_is_entered(keeper: Member) -> None:
    assert require_open_version(date(2025, 12, 31)).number == 1
    with pytest.raises(PlanEnded, match="已于2025-12-31实施期满") as refused:
        require_open_version(date(2026, 1, 1))
    assert refused.value.clause == "FP 3.4"
    successor(keeper)
    assert require_open_version(date(2026, 1, 1)).number == 2
    assert version_on(date(2025, 12, 31)).version == 1


def test_reading_a_version_costs_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        version_on(date(2024, 5, 1))


def test_a_successor_is_entered_and_logged(keeper: Member) -> None:
    row = successor(keeper)
    event = Event.objects.get(object_type="policy.policyversion")
    assert (row.number, event.verb, event.actor_id, event.after["document_number"]) == (
        2,
        "policy_version.added",
        keeper.pk,
        "泉财规〔2025〕9号",
    )


@pytest.mark.parametrize(
    ("changes", "refusal", "sentence"),
    [
        pytest.param({"valid_from": date(2025, 12, 31)}, OverlappingVersion, "2023-01-01起至2025-12-31", id="one day shared"),
        pytest.param({"valid_from": date(2020, 1, 1), "valid_until": None}, OverlappingVersion, "重叠", id="open from before"),
        pytest.param({"valid_until": date(2026, 1, 1)}, VersionEndsBeforeStart, "止期", id="no day"),
        pytest.param({"terms": {"loan": {}}}, InvalidTerms, "参数有误", id="terms missing"),
    ],
)
def test_a_refused_version_leaves_no_trace(keeper: Member, changes: dict[str, Any], refusal: type[Exception], sentence: str) -> None:
    with pytest.raises(refusal, match=sentence):
        successor(keeper, **changes)
    assert PolicyVersion.objects.count() == 1
    assert not Event.objects.exists()


def test_a_bank_enters_no_version() -> None:
    with pytest.raises(NotAllowed):
        successor(MemberFactory())
    assert PolicyVersion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_overlapping_versions_entered_at_once_one_is_refused() -> None:
    actor = MemberFactory.serving("city_industry")
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def enter(name: str) -> None:
        try:
            barrier.wait(timeout=10)
            outcomes.append(str(successor(actor, name=name).number))
        except OverlappingVersion:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=enter, args=(name,)) for name in ("甲方案", "乙方案")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == ["2", "refused"]
    assert PolicyVersion.objects.count() == 2


@pytest.mark.clause("D38")
def test_the_publication_date_moves_the_beginning_of_version_1_once(keeper: Member) -> None:
    for _ in range(2):
        set_publication_date(published_on=date(2023, 2, 16), actor=keeper, at=AT)
    assert PolicyVersion.objects.get(number=1).valid_from == date(2023, 2, 16)
    event = Event.objects.get(verb="policy_version.publication_date_set")
    assert (event.before, event.after) == ({"valid_from": "2023-01-01"}, {"valid_from": "2023-02-16"})
    with pytest.raises(NoPolicyVersion):
        version_on(date(2023, 2, 15))


def test_a_publication_date_after_the_end_is_refused(keeper: Member) -> None:
    with pytest.raises(VersionEndsBeforeStart):
        set_publication_date(published_on=date(2026, 1, 1), actor=keeper, at=AT)
    assert PolicyVersion.objects.get(number=1).valid_from == date(2023, 1, 1)


@pytest.mark.clause("D25")
def test_the_end_of_a_version_moves_but_not_into_its_successor(keeper: Member) -> None:
    successor(keeper, valid_until=None)
    with pytest.raises(OverlappingVersion):
        set_version_end(number=1, valid_until=date(2026, 1, 2), actor=keeper, at=AT)
    set_version_end(number=2, valid_until=date(2027, 1, 1), actor=keeper, at=AT)
    assert version_on(date(2027, 1, 1)).in_force is False
    with pytest.raises(UnknownVersion):
        set_version_end(number=3, valid_until=None, actor=keeper, at=AT)


@pytest.mark.clause("FP 1.2.1")
@pytest.mark.clause("FP 1.2.2")
def test_another_citys_fund_is_a_row_of_data(keeper: Member) -> None:
    """Xiamen 2022: 500 M per project, fixed assets 70 %, working capital 10 %, together 80 %; R&D 50 M and 50 %; new ones 10 M."""
    terms = version_1().as_json()
    terms["project_cap"] |= {
        "total_amount": "500000000.00",
        "fixed_asset_share": "0.70",
        "working_capital_share": "0.10",
        "combined_share": "0.80",
    }
    terms["rd_cap"] |= {"existing_amount": "50000000.00", "rd_expense_share": "0.50", "newly_registered_amount": "10000000.00"}
    set_publication_date(published_on=date(2023, 2, 16), actor=keeper, at=AT)
    successor(keeper, name="厦门市技术创新基金", valid_from=date(2022, 1, 1), valid_until=date(2023, 1, 1), terms=terms)
    xiamen = version_on(date(2022, 6, 1)).terms
    small = project_limit(xiamen, total_investment=Decimal("100000000.00"))
    assert (small.max_fixed_asset, small.max_working_capital, small.max_total) == (
        Decimal("70000000.00"),
        Decimal("10000000.00"),
        Decimal("80000000.00"),
    )
    assert project_limit(xiamen, total_investment=Decimal("625000000.00")).max_total == Decimal("500000000.00")
    assert project_limit(xiamen, total_investment=Decimal("625000001.00")).max_total == Decimal("500000000.00")
    assert rd_limit(xiamen, newly_registered=False, last_year_rd_expense=Decimal("100000000.00")).max_total == Decimal("50000000.00")
    assert rd_limit(xiamen, newly_registered=False, last_year_rd_expense=Decimal("99999999.98")).max_total == Decimal("49999999.99")
    assert rd_limit(xiamen, newly_registered=True, last_year_rd_expense=None).max_total == Decimal("10000000.00")
    quanzhou = version_on(date(2024, 6, 1)).terms
    assert project_limit(quanzhou, total_investment=Decimal("625000000.00")).max_total == Decimal("300000000.00")


def confirm(actor: Member, **changes: Any) -> Confirmation:
    plain = {"version_number": 1, "decision_id": "D12", "document_number": "泉财函〔2023〕15号", "confirmed_on": date(2023, 6, 1)}
    return confirm_interpretation(**(plain | changes), actor=actor, at=AT)


@pytest.mark.clause("FP 3.3")
def test_who_confirmed_an_interpretation_is_shown_with_its_parameters() -> None:
    version = PolicyVersion.objects.get(number=1)
    assert not any(line.confirmations for line in parameters_of(version))
    treasury = MemberFactory.serving("city_treasury")
    row = confirm(treasury)
    shown = {line.parameter.path: line for line in parameters_of(version)}
    assert shown["subsidy.county_share"].parameter.decision == "D12"
    assert shown["subsidy.county_share"].confirmations == (row,)
    assert shown["project_cap.total_amount"].confirmations == ()
    assert all(line.parameter.unit and line.parameter.clause for line in shown.values())


@pytest.mark.clause("FP 3.3")
def test_each_bureau_confirms_once_and_the_same_again_changes_nothing() -> None:
    treasury = MemberFactory.serving("city_treasury")
    assert confirm(treasury) == confirm(treasury)
    with pytest.raises(ConfirmedOtherwise, match="泉财函〔2023〕15号"):
        confirm(treasury, document_number="泉财函〔2024〕1号")
    confirm(MemberFactory.serving("city_science"))
    assert Confirmation.objects.count() == 2
    assert Event.objects.filter(verb="interpretation.confirmed").count() == 2


@pytest.mark.clause("FP 3.3")
@pytest.mark.parametrize("kind", ["regulator", "central_bank"])
def test_only_the_four_bureaus_of_the_plan_interpret_it(kind: str) -> None:
    with pytest.raises(NotAllowed):
        confirm(MemberFactory.serving(kind))
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"decision_id": "D99"}, UnknownDecision), ({"version_number": 8}, UnknownVersion)],
    ids=["decision", "version"],
)
def test_what_does_not_exist_is_not_confirmed(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        confirm(MemberFactory.serving("city_treasury"), **changes)
    assert not Confirmation.objects.exists()
