"""The return rate in force."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from audit.models import Event
from common.errors import NotAllowed
from parties.models import Member
from policy.models import ReturnRate
from policy.selectors.rates import DatedRate, NoReturnRate, rates_of_loan, return_rate_on
from policy.services.rates import InvalidReturnRate, RateNotLater, RunningLoansBeforeEffect, enact_return_rate
from tests.factories import MemberFactory

AT = datetime(2023, 2, 20, 8, 0, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.4.2"), pytest.mark.clause("D14")]


@pytest.fixture
def treasury() -> Member:
    return MemberFactory.serving("city_treasury", checker=True)


def enact(actor: Member, **changes: Any) -> ReturnRate:
    plain = {
        "rate": Decimal("0.0325"),
        "effective_on": date(2023, 3, 1),
        "decided_on": date(2023, 2, 20),
        "document_number": "泉工信〔2023〕8号",
        "weights": {"fixed_asset": Decimal("0.7"), "rd": Decimal("0.3")},
    }
    given = plain | changes
    entered = max(AT, datetime.combine(given["effective_on"], time(8), UTC) - timedelta(days=9))  # nobody enters a rate years ahead
    return enact_return_rate(**given, actor=actor, at=entered)


def test_a_rate_holds_from_its_day_until_the_next(treasury: Member) -> None:
    first = enact(treasury)
    second = enact(treasury, rate=Decimal("0.03"), effective_on=date(2024, 3, 1))
    with pytest.raises(NoReturnRate, match="2023-02-28"):
        return_rate_on(date(2023, 2, 28))
    assert return_rate_on(date(2023, 3, 1)) == first
    assert return_rate_on(date(2024, 2, 29)) == first
    assert return_rate_on(date(2024, 3, 1)) == second


def test_decision_weights_and_dates_are_kept_and_logged(treasury: Member) -> None:
    row = ReturnRate.objects.get(pk=enact(treasury).pk)
    assert row.weights == {"fixed_asset": "0.7", "rd": "0.3"}
    assert (row.document_number, row.decided_on, row.running_loans_from) == ("泉工信〔2023〕8号", date(2023, 2, 20), None)
    assert Event.objects.get(verb="return_rate.enacted").after["rate"] == "0.032500"


def test_the_same_decision_twice_is_one_rate(treasury: Member) -> None:
    assert enact(treasury) == enact(treasury)
    assert (ReturnRate.objects.count(), Event.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"rate": Decimal("3.25")}, InvalidReturnRate, id="a percentage"),
        pytest.param({"rate": Decimal("0")}, InvalidReturnRate, id="zero"),
        pytest.param({"rate": Decimal("0.0325001")}, InvalidReturnRate, id="seven places"),
        pytest.param({"running_loans_from": date(2023, 2, 28)}, RunningLoansBeforeEffect, id="running loans before its day"),
    ],
)
def test_a_refused_rate_leaves_no_trace(treasury: Member, changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        enact(treasury, **changes)
    assert not ReturnRate.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("effective_on", [date(2023, 3, 1), date(2023, 2, 1)], ids=["same day", "earlier"])
def test_what_was_in_force_is_never_rewritten(treasury: Member, effective_on: date) -> None:
    enact(treasury)
    with pytest.raises(RateNotLater):
        enact(treasury, rate=Decimal("0.04"), effective_on=effective_on)
    assert ReturnRate.objects.count() == 1


def test_a_bank_sets_no_rate() -> None:
    with pytest.raises(NotAllowed):
        enact(MemberFactory())


def test_a_running_loan_keeps_its_rate_unless_the_decision_says_otherwise(treasury: Member) -> None:
    enact(treasury)
    enact(treasury, rate=Decimal("0.03"), effective_on=date(2024, 1, 1))
    kept = [DatedRate(date(2023, 5, 8), Decimal("0.0325"))]
    assert rates_of_loan(date(2023, 5, 8)) == kept
    enact(treasury, rate=Decimal("0.028"), effective_on=date(2025, 1, 1), running_loans_from=date(2025, 3, 21))
    assert rates_of_loan(date(2023, 5, 8)) == [*kept, DatedRate(date(2025, 3, 21), Decimal("0.028"))]
    assert rates_of_loan(date(2025, 1, 1)) == [DatedRate(date(2025, 1, 1), Decimal("0.028"))]


def test_a_later_decision_on_running_loans_has_the_last_word(treasury: Member) -> None:
    enact(treasury)
    enact(treasury, rate=Decimal("0.03"), effective_on=date(2024, 1, 1), running_loans_from=date(2024, 6, 21))
    enact(treasury, rate=Decimal("0.029"), effective_on=date(2024, 3, 1), running_loans_from=date(2024, 3, 21))
    assert rates_of_loan(date(2023, 5, 8))[1:] == [DatedRate(date(2024, 3, 21), Decimal("0.029"))]
