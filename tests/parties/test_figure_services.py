from datetime import UTC, datetime
from decimal import Decimal

import pytest

from audit.models import Event
from audit.selectors import events_of
from common.errors import InvalidInput
from parties.access import RoleMissing
from parties.enums import FactSource
from parties.models import EnterpriseYear
from parties.selectors import system_member
from parties.services.corrections import confirm_correction
from parties.services.enterprises import NotOwnDistrict
from parties.services.figures import FiguresByTwoPersons, YearFigures, propose_year_figures, record_year_figures
from tests.factories import EnterpriseFactory, MemberFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 7, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def enterprise():
    return EnterpriseFactory()


@pytest.fixture
def job():
    """Return who takes the tax bureau's list over; the bureau itself types figures by two persons."""
    return system_member()


def tax(rows, actor):
    return record_year_figures(rows, source=FactSource.TAX, reference="2023年度清单", actor=actor, at=AT)


def figures(enterprise, **kwargs):
    return YearFigures(enterprise=enterprise, year=2023, **({"rd_expense": Decimal("2000000.00")} | kwargs))


@pytest.mark.clause("FP 1.1.2")
def test_figures_are_entered_once_with_their_source(enterprise, job):
    assert len(tax([figures(enterprise)], job)) == 1
    assert tax([figures(enterprise)], job) == []
    year = EnterpriseYear.objects.get()
    assert (year.rd_expense, year.source, year.source_reference) == (Decimal("2000000.00"), "tax", "2023年度清单")
    assert events_of(enterprise).count() == 1


def test_a_correction_keeps_what_is_not_known_and_is_recorded(enterprise, job):
    tax([figures(enterprise, employees=50)], job)
    tax([figures(enterprise, rd_expense=Decimal("1999999.99"))], job)
    year = EnterpriseYear.objects.get()
    assert (year.rd_expense, year.employees) == (Decimal("1999999.99"), 50)
    event = events_of(enterprise).last()
    assert event.before == {"rd_expense": "2000000.00"}
    assert event.after["rd_expense"] == "1999999.99"


WRONG = [
    pytest.param({"rd_expense": Decimal("-0.01")}, "0.rd_expense", id="negative"),
    pytest.param({"year": 2025}, "0.year", id="a year to come"),
    pytest.param({"year": 1999}, "0.year", id="before the register"),
]


@pytest.mark.parametrize(("fields", "field"), WRONG)
def test_impossible_figures_are_refused_as_a_whole(enterprise, job, fields, field):
    row = {"enterprise": enterprise, "year": 2023, "rd_expense": Decimal("1.00")} | fields
    with pytest.raises(InvalidInput) as refusal:
        tax([YearFigures(**row), figures(EnterpriseFactory())], job)
    assert [problem.field for problem in refusal.value.errors] == [field]
    assert not EnterpriseYear.objects.exists()
    assert not Event.objects.exists()


def test_one_enterprise_and_year_twice_is_refused(enterprise, job):
    with pytest.raises(InvalidInput):
        tax([figures(enterprise), figures(enterprise, rd_expense=Decimal("1.00"))], job)


def test_each_source_has_its_own_voice(enterprise, job):
    county = MemberFactory.serving("county_industry", district="晋江市")
    other_county = MemberFactory.serving("county_industry", district="石狮市")
    rows, said = [figures(enterprise)], {"reference": "", "at": AT}
    tax(rows, system_member())
    record_year_figures(rows, source=FactSource.ENTERPRISE, actor=MemberFactory.of(enterprise), **said)
    with pytest.raises(FiguresByTwoPersons):
        record_year_figures(rows, source=FactSource.COUNTY, actor=county, **said)
    proposal = propose_year_figures(rows[0], reference="核定表", actor=county, at=AT)
    assert not EnterpriseYear.objects.filter(source=FactSource.COUNTY).exists()
    confirm_correction(correction_id=proposal.public_id, actor=MemberFactory(institution=county.institution, checker=True), at=AT)
    assert EnterpriseYear.objects.filter(enterprise=enterprise).count() == 3
    for one in (county, MemberFactory.serving("city_science")):  # typed, they take two persons
        with pytest.raises(FiguresByTwoPersons):
            tax(rows, one)
    with pytest.raises(RoleMissing):
        record_year_figures(rows, source=FactSource.ENTERPRISE, actor=job, **said)
    with pytest.raises(NotOwnDistrict):
        propose_year_figures(rows[0], reference="核定表", actor=other_county, at=AT)


def test_many_rows_cost_a_handful_of_statements(job, django_assert_max_num_queries):
    rows = [figures(enterprise) for enterprise in EnterpriseFactory.create_batch(20)]
    with django_assert_max_num_queries(8):
        tax(rows, job)
    assert Event.objects.count() == 20
