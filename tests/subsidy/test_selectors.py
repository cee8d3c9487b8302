"""Who sees what of a settlement."""

import pytest

from common.enums import Mode
from common.errors import NotVisible
from parties.models import Institution
from subsidy.models import Settlement
from subsidy.selectors.overview import open_line_of, open_settlement
from subsidy.selectors.visibility import (
    lines_visible_to,
    payments_visible_to,
    revisions_visible_to,
    settlements_visible_to,
    shares_visible_to,
)
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory
from tests.subsidy.conftest import AT
from tests.subsidy.factories import People, drafted, filed, make_loan, noon

pytestmark = [pytest.mark.django_db, pytest.mark.clause("D41")]


@pytest.fixture
def settlement(bank: Institution, people: People) -> Settlement:
    """One loan in Jinjiang, two in Shishi."""
    for district in ("晋江市", "石狮市", "石狮市"):
        make_loan(bank, district=district)
    return drafted(bank, people, year=2024, quarter=2, at=AT)


def test_the_bank_and_the_city_see_the_whole(settlement: Settlement, people: People) -> None:
    for actor in (people.bank_handler, people.industry, people.treasury, MemberFactory.serving("regulator")):
        opened = open_settlement(str(settlement.public_id), actor)
        assert opened.revision == settlement.current
        assert (opened.shares.count(), opened.lines.count()) == (2, 3)


def test_a_county_sees_its_own_share_and_loans_only(settlement: Settlement) -> None:
    county = MemberFactory.serving("county_industry", district="石狮市")
    opened = open_settlement(str(settlement.public_id), county)
    assert opened.revision is None
    assert [share.district.name for share in opened.shares] == ["石狮市"]
    assert {line.district.name for line in opened.lines} == {"石狮市"}
    assert opened.lines.count() == 2
    foreign = settlement.current.lines.get(district__name="晋江市")  # type: ignore[union-attr]
    with pytest.raises(NotVisible):
        open_line_of(foreign.pk, county)
    assert open_line_of(opened.lines[0].pk, county) == opened.lines[0]


def test_a_county_pays_its_own_payment(settlement: Settlement, people: People) -> None:
    filed(settlement, people, at=noon(2024, 7, 5))
    county = MemberFactory.serving("county_treasury", district="石狮市")
    assert [payment.payer.district.name for payment in payments_visible_to(county)] == ["石狮市"]  # type: ignore[union-attr]
    assert payments_visible_to(people.bank_handler).count() == 3


@pytest.mark.parametrize("of", ["another bank", "another county", "fund manager", "guarantor", "enterprise"])
def test_others_do_not_find_it(settlement: Settlement, of: str) -> None:
    actor = {
        "another bank": lambda: MemberFactory(),
        "another county": lambda: MemberFactory.serving("county_industry", district="安溪县"),
        "fund manager": lambda: MemberFactory(institution=InstitutionFactory(fund_manager=True)),
        "guarantor": lambda: MemberFactory(institution=InstitutionFactory(guarantor=True)),
        "enterprise": lambda: MemberFactory.of(EnterpriseFactory()),
    }[of]()
    for visible in (settlements_visible_to, revisions_visible_to, lines_visible_to, shares_visible_to, payments_visible_to):
        assert not visible(actor).exists()
    with pytest.raises(NotVisible):
        open_settlement(str(settlement.public_id), actor)


def test_the_fund_manager_sees_trust_mode(settlement: Settlement, bank: Institution, people: People) -> None:
    manager = MemberFactory(institution=InstitutionFactory(fund_manager=True))
    make_loan(bank, mode=Mode.TRUST)
    trust = drafted(bank, people, year=2024, quarter=2, at=AT, mode=Mode.TRUST)
    assert list(settlements_visible_to(manager)) == [trust]


def test_pages_of_lines_cost_no_query_per_line(settlement: Settlement, people: People, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        for line in lines_visible_to(people.industry).filter(revision=settlement.current_id):
            assert line.loan.contract_number and line.district.name and line.revision.settlement.bank.name  # noqa: PT018
