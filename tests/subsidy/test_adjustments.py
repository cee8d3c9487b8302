"""What comes late: adjustments in the next settlement, sums carried over, and old lines that open as they were."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from common.dates import Period
from loans.models import Loan, LoanRate
from parties.models import Institution
from parties.selectors import system_member
from subsidy.models import Line, Settlement
from subsidy.selectors.segments import open_line, segments_of
from subsidy.services.computation import _parameters, known_through
from subsidy.services.drafts import NothingToSettle, draft_due_settlements
from tests.factories import seeded_district
from tests.subsidy.factories import People, drafted, filed, make_loan, move, noon, set_stop, triggers_at_rest
from tests.subsidy.test_computation import by_rule

pytestmark = [pytest.mark.django_db, pytest.mark.clause("D13")]
Q1 = Period(date(2023, 12, 21), date(2024, 3, 21))
Q2 = Period(date(2024, 3, 21), date(2024, 6, 21))
JULY, SEPTEMBER = noon(2024, 7, 5), noon(2024, 9, 25)


def settle(bank: Institution, people: People, quarter: int, *, at: Any = SEPTEMBER) -> Settlement:
    """Return the bank's settlement of a quarter of 2024, filed."""
    return filed(drafted(bank, people, year=2024, quarter=quarter, at=at), people, at=at)


@pytest.fixture
def loan(bank: Institution, people: People) -> Loan:
    """Ten million since 15 January 2024; quarters 1 and 2 are filed."""
    loan = make_loan(bank)
    settle(bank, people, 1, at=JULY)
    settle(bank, people, 2, at=JULY)
    return loan


def adjustments(settlement: Settlement) -> dict[tuple[int, int], Line]:
    assert settlement.current is not None
    lines = settlement.current.lines.exclude(year=settlement.year, quarter=settlement.quarter)
    return {(line.loan_id, line.quarter): line for line in lines.select_related("loan__policy_version", "revision__settlement")}


def test_a_back_dated_repayment_is_taken_back_from_each_quarter_it_reaches(loan: Loan, bank: Institution, people: People) -> None:
    move(loan, [(date(2024, 2, 14), "-3000000")])
    third = drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER)
    found = adjustments(third)
    assert sorted(found) == [(loan.pk, 1), (loan.pk, 2)]
    first, second = found[(loan.pk, 1)], found[(loan.pk, 2)]
    # 30 days of 10 million and 36 of 7: 48,300.00 less 30,666.67 is 17,633.33 where 21,083.33 was settled
    assert (first.days, first.bank_interest, first.enterprise_interest) == (66, Decimal("48300.00"), Decimal("30666.67"))
    assert (first.settled, first.subsidy) == (Decimal("21083.33"), Decimal("-3450.00"))
    assert (second.settled, second.due) == (Decimal("29388.89"), by_rule(loan, Q2)[1].subsidy)
    own = third.current.lines.get(quarter=3)  # type: ignore[union-attr]
    assert third.current.city + third.current.county == own.subsidy + first.subsidy + second.subsidy  # type: ignore[union-attr]
    assert (third.current.line_count, third.current.adjustment_count) == (1, 2)  # type: ignore[union-attr]
    for line in found.values():
        assert open_line(line).ties


def test_only_the_quarters_from_its_day_on_are_computed_again(loan: Loan, bank: Institution, people: People) -> None:
    move(loan, [(date(2024, 4, 1), "-3000000")])
    assert sorted(adjustments(drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER))) == [(loan.pk, 2)]


def test_what_is_adjusted_once_is_not_adjusted_again(loan: Loan, bank: Institution, people: People) -> None:
    move(loan, [(date(2024, 2, 14), "-3000000")])
    settle(bank, people, 3)
    fourth = drafted(bank, people, year=2024, quarter=4, at=noon(2024, 12, 22))
    assert adjustments(fourth) == {}
    move(loan, [(date(2024, 2, 14), "-1000000")])
    filed(fourth, people, at=noon(2024, 12, 23))
    fifth = drafted(bank, people, year=2025, quarter=1, at=noon(2025, 3, 22))
    again = adjustments(fifth)
    assert sorted(quarter for _, quarter in again) == [1, 2, 3, 4]
    assert again[(loan.pk, 1)].settled == Decimal("17633.33")
    assert again[(loan.pk, 1)].due == by_rule(loan, Q1)[1].subsidy


def test_an_old_line_opens_as_it_was(loan: Loan) -> None:
    line = Line.objects.select_related("loan__policy_version", "revision__settlement").get(revision__settlement__quarter=2)
    move(loan, [(date(2024, 4, 10), "-3000000")])
    with triggers_at_rest():
        LoanRate.objects.create(loan=loan, from_on=date(2024, 5, 1), rate=Decimal("0.0295"), return_rate_id=10**9)
    set_stop(loan, date(2024, 5, 20))
    (segment,) = segments_of(line)
    assert (segment.days, segment.balance, segment.bank_rate) == (92, Decimal("10000000.00"), Decimal("0.031500"))
    assert open_line(line).ties


def test_a_settlement_may_exist_for_adjustments_alone(bank: Institution, people: People) -> None:
    loan = make_loan(bank, [(date(2024, 1, 15), "10000000"), (date(2024, 3, 15), "-10000000")])
    settle(bank, people, 1, at=JULY)
    with pytest.raises(NothingToSettle):
        drafted(bank, people, year=2024, quarter=2, at=JULY)
    move(loan, [(date(2024, 3, 1), "5000000"), (date(2024, 3, 2), "-5000000")])
    second = drafted(bank, people, year=2024, quarter=2, at=JULY)
    assert (second.current.line_count, second.current.adjustment_count) == (0, 1)  # type: ignore[union-attr]
    (line,) = adjustments(second).values()
    assert line.subsidy == Decimal("159.72")  # one day of 5 million more: 437.50 - 277.78, within the rounding of the sums
    assert line.due == by_rule(loan, Q1)[1].subsidy


def test_a_back_dated_drawdown_before_the_first_settlement_is_settled(loan: Loan, bank: Institution, people: People) -> None:
    late = make_loan(bank, [(date(2023, 12, 1), "2000000")])
    found = adjustments(drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER))
    assert sorted((line.year, line.quarter) for line in found.values()) == [(2023, 4), (2024, 1), (2024, 2)]
    assert {line.loan_id for line in found.values()} == {late.pk}
    assert {line.settled for line in found.values()} == {Decimal("0.00")}


def test_a_retroactive_rate_is_adjusted(loan: Loan, bank: Institution, people: People) -> None:
    with triggers_at_rest():
        LoanRate.objects.create(loan=loan, from_on=date(2024, 6, 1), rate=Decimal("0.0295"), return_rate_id=10**9)
    (line,) = adjustments(drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER)).values()
    assert (line.quarter, line.due) == (2, by_rule(loan, Q2)[1].subsidy)
    assert line.subsidy < 0


def test_a_stop_found_later_takes_back_and_its_withdrawal_gives_again(loan: Loan, bank: Institution, people: People) -> None:
    set_stop(loan, date(2024, 5, 1))
    third = drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER)
    (line,) = adjustments(third).values()
    assert (line.days, line.due, line.stopped_on) == (41, Decimal("13097.22"), date(2024, 5, 1))
    assert open_line(line).ties
    filed(third, people, at=SEPTEMBER)
    make_loan(bank, [(date(2024, 9, 21), "1000000")])  # so that the fourth quarter has something of its own
    fourth = drafted(bank, people, year=2024, quarter=4, at=noon(2024, 12, 22))
    assert adjustments(fourth) == {}
    filed(fourth, people, at=noon(2024, 12, 22))
    set_stop(loan, None)
    back = adjustments(drafted(bank, people, year=2025, quarter=1, at=noon(2025, 3, 22)))
    assert {quarter: line.due for (_, quarter), line in back.items()} == {
        2: Decimal("29388.89"),
        3: Decimal("29388.89"),
        4: Decimal("29069.44"),
    }


def test_an_open_earlier_settlement_takes_the_correction_itself(bank: Institution, people: People) -> None:
    loan = make_loan(bank)
    settle(bank, people, 1, at=JULY)
    second = drafted(bank, people, year=2024, quarter=2, at=JULY)
    move(loan, [(date(2024, 2, 14), "-3000000")])
    third = drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER)
    assert adjustments(third) == {}
    assert not _parameters(third, follows=None, horizon=known_through())["adjusts"]
    assert _parameters(second, follows=Settlement.objects.get(quarter=1), horizon=known_through())["adjusts"]


@pytest.mark.clause("D12")
def test_a_negative_county_sum_is_carried_until_it_is_used_up(bank: Institution, people: People) -> None:
    lost = make_loan(bank, district="石狮市")
    make_loan(bank, district="晋江市")
    settle(bank, people, 1, at=JULY)
    move(lost, [(date(2024, 1, 15), "-10000000")])
    second = settle(bank, people, 2, at=JULY)
    share = second.current.shares.get(district__name="石狮市")  # type: ignore[union-attr]
    assert (share.subsidy, share.city, share.county, share.carried_out) == tuple(map(Decimal, ("-21083.33", 0, 0, "-21083.33")))
    assert second.payments.count() == 2  # 石狮 pays nothing
    make_loan(bank, [(date(2024, 6, 21), "5000000")], district="石狮市")
    third = settle(bank, people, 3)
    share = third.current.shares.get(district__name="石狮市")  # type: ignore[union-attr]
    assert (share.subsidy, share.carried_in, share.carried_out) == tuple(map(Decimal, ("14694.44", "-21083.33", "-6388.89")))
    fourth = drafted(bank, people, year=2024, quarter=4, at=noon(2024, 12, 22))
    share = fourth.current.shares.get(district__name="石狮市")  # type: ignore[union-attr]
    assert (share.carried_in, share.carried_out) == (Decimal("-6388.89"), Decimal("0.00"))
    assert share.city + share.county == share.subsidy - Decimal("6388.89")
    assert share.city - share.county in (Decimal("0.00"), Decimal("0.01"))


@pytest.mark.clause("D12")
def test_a_carried_sum_waits_for_the_next_settlement_there_is(bank: Institution, people: People) -> None:
    lost = make_loan(bank, [(date(2024, 1, 15), "10000000")], district="石狮市", earns_until=date(2024, 3, 1))
    settle(bank, people, 1, at=JULY)
    move(lost, [(date(2024, 1, 15), "-10000000")])
    second = settle(bank, people, 2, at=JULY)
    assert second.state == "paid"  # nobody pays anything
    with pytest.raises(NothingToSettle):
        drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER)
    make_loan(bank, [(date(2024, 11, 1), "5000000")], district="晋江市")
    fourth = drafted(bank, people, year=2024, quarter=4, at=noon(2024, 12, 22))
    shares = {share.district.name: share for share in fourth.current.shares.all()}  # type: ignore[union-attr]
    assert shares["石狮市"].carried_in == shares["石狮市"].carried_out == second.current.carried_out  # type: ignore[union-attr]
    assert (shares["晋江市"].carried_in, shares["晋江市"].carried_out) == (Decimal("0.00"), Decimal("0.00"))


@pytest.mark.clause("D12")
def test_a_loan_that_comes_to_another_county_is_taken_back_from_the_first(loan: Loan, bank: Institution, people: People) -> None:
    """The first drawdown is reversed and recorded anew for another day, on which the enterprise paid its taxes elsewhere."""
    move(loan, [(date(2024, 1, 15), "-10000000"), (date(2024, 2, 1), "10000000")])
    with triggers_at_rest():
        facts = {"first_drawdown_on": date(2024, 2, 1), "district": seeded_district("石狮市"), "earns_until": date(2029, 2, 1)}
        Loan.objects.filter(pk=loan.pk).update(**facts)
        LoanRate.objects.filter(loan=loan).delete()
        LoanRate.objects.create(loan=loan, from_on=date(2024, 2, 1), rate=Decimal("0.03"), return_rate_id=10**9)
    third = drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER)
    lines = third.current.lines.exclude(quarter=3).order_by("quarter", "district__name")  # type: ignore[union-attr]
    said = [(line.quarter, line.district.name, line.days, line.settled, line.subsidy) for line in lines.select_related("district")]
    assert said == [
        (1, "晋江市", 0, Decimal("21083.33"), Decimal("-21083.33")),
        (1, "石狮市", 49, Decimal("0.00"), Decimal("13611.11")),
        (2, "晋江市", 0, Decimal("29388.89"), Decimal("-29388.89")),
        (2, "石狮市", 92, Decimal("0.00"), Decimal("25555.56")),
    ]
    assert all(open_line(line).ties for line in lines)
    filed(third, people, at=SEPTEMBER)
    assert adjustments(drafted(bank, people, year=2024, quarter=4, at=noon(2024, 12, 22))) == {}


def test_a_loan_released_of_everything_gives_back_what_it_got(loan: Loan, bank: Institution, people: People) -> None:
    """The only drawdown is reversed: the loan has neither county nor rate any more, but the county it was settled with."""
    make_loan(bank, district="石狮市")
    move(loan, [(date(2024, 1, 15), "-10000000")])
    with triggers_at_rest():
        Loan.objects.filter(pk=loan.pk).update(first_drawdown_on=None, district=None, earns_until=None, return_rate=None)
        LoanRate.objects.filter(loan=loan).delete()
    third = drafted(bank, people, year=2024, quarter=3, at=SEPTEMBER)
    found = {line.quarter: line for line in third.current.lines.filter(loan=loan)}  # type: ignore[union-attr]
    assert {quarter: (line.district.name, line.subsidy) for quarter, line in found.items()} == {
        1: ("晋江市", Decimal("-21083.33")),
        2: ("晋江市", Decimal("-29388.89")),
    }


def test_the_job_goes_on_for_a_bank_whose_only_loan_was_released(loan: Loan, bank: Institution) -> None:
    move(loan, [(date(2024, 1, 15), "-10000000")])
    with triggers_at_rest():
        Loan.objects.filter(pk=loan.pk).update(first_drawdown_on=None, district=None, earns_until=None, return_rate=None)
    (third,) = draft_due_settlements(actor=system_member(), at=SEPTEMBER)
    assert third.current.carried_out == Decimal("-50472.22")  # type: ignore[union-attr]
