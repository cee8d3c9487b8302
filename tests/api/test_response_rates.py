"""A program reads its own bank's response rate and the applications behind it, and nothing of another bank."""

from datetime import date

import pytest
import time_machine

from reporting.response_rates.services.jobs import keep_response_years
from tests.api.caller import Caller
from tests.factories import InstitutionFactory
from tests.loan_factories import noon
from tests.reporting.applied import applied
from tests.reporting.years import OVER, Year


@pytest.fixture
def fund(db: None) -> Year:
    fund = Year()
    fund.submitted()
    return fund


@pytest.mark.clause("FP 1.6.5")
class TestResponseRates:
    def test_a_bank_reads_its_own_rate_place_and_cases(self, fund: Year) -> None:
        with time_machine.travel(noon(OVER), tick=False):
            caller = Caller.of(fund.bank)
            rates = caller.get("response-rates/?year=2024")
            assert {one["bank"]["id"] for one in rates} == {str(fund.bank.public_id)}
            both = next(one for one in rates if (one["mode"], one["size"]) == ("both", "all"))
            assert (both["in_time"], both["matured"], both["rate"]) == (2, 3, "0.666666")
            assert (both["rank"], both["ranked"], both["meets_threshold"]) == (2, 2, True)
            for outcome, count in both["outcomes"].items():
                cases = caller.get(f"response-rates/cases/?year=2024&listing={outcome}")
                assert cases["count"] == count == len(cases["results"])
            (late,) = caller.get("response-rates/cases/?year=2024&listing=late")["results"]
            assert (late["id"], late["days_to_conditions"], late["due_on"]) == (str(fund.late.public_id), 31, "2024-04-15")

    def test_an_open_application_says_what_the_rate_becomes(self, fund: Year) -> None:
        mine = applied(fund.bank, on=date(2025, 2, 20))
        applied(fund.rival, on=date(2025, 2, 20))
        keep_response_years(at=noon(OVER))
        with time_machine.travel(noon(OVER), tick=False):
            (row,) = Caller.of(fund.bank).get("response-rates/cases/?listing=open")["results"]
        assert (row["id"], row["is_open"], row["rate_if_met"]) == (str(mine.public_id), True, "1.000000")

    def test_the_fund_manager_reads_the_trust_mode_and_a_guarantor_nothing(self, fund: Year) -> None:
        with time_machine.travel(noon(OVER), tick=False):
            rates = Caller.of(fund.manager.institution).get("response-rates/?year=2024")
            assert {(one["mode"], one["bank"]["id"]) for one in rates} == {("trust", str(fund.rival.public_id))}
            assert Caller.of(InstitutionFactory(guarantor=True)).get("response-rates/") == []

    @pytest.mark.parametrize("query", ["year=x", "year=1", "colour=red"])
    def test_what_means_nothing_is_refused(self, fund: Year, query: str) -> None:
        Caller.of(fund.bank).get(f"response-rates/?{query}", status=400)
