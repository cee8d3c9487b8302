from datetime import date

import pytest

from common.enums import Mode
from parties.enums import InstitutionKind
from parties.models import Institution, TaxHome
from parties.selectors import (
    NoSuchInstitution,
    NoTaxHome,
    counts_as_industrial,
    county_bureaus,
    current_member,
    district_of,
    enterprises_visible_to,
    institution_of_kind,
    participating_banks,
    system_member,
)
from tests.factories import (
    BankParticipationFactory,
    EnterpriseFactory,
    InstitutionFactory,
    MemberFactory,
    UserFactory,
    seeded_district,
)

pytestmark = pytest.mark.django_db

DAY = date(2024, 3, 1)


def test_the_member_of_the_day_comes_with_its_party_in_one_query(django_assert_num_queries):
    user = UserFactory()
    MemberFactory(user=user, until_on=DAY)
    MemberFactory.serving("county_industry", district="晋江市", user=user, from_on=DAY)
    with django_assert_num_queries(1):
        member = current_member(user, on=DAY)
        assert member.party_name == "晋江市工业和信息化主管部门"
        assert member.institution.district.name == "晋江市"
    assert current_member(user, on=date(2024, 2, 29)).institution.kind == InstitutionKind.BANK


NOBODY = [
    pytest.param({"until_on": DAY}, id="ended on the day"),
    pytest.param({"from_on": date(2024, 3, 2)}, id="begins tomorrow"),
    pytest.param({"user__is_active": False}, id="the login is closed"),
    pytest.param({"institution__is_active": False}, id="the institution is closed"),
]


@pytest.mark.parametrize("fields", NOBODY)
def test_who_does_not_serve_on_the_day_is_no_member(fields):
    assert current_member(MemberFactory(**fields).user, on=DAY) is None


def test_an_enterprises_person_is_a_member():
    member = MemberFactory.of(EnterpriseFactory())
    assert current_member(member.user, on=DAY) == member


@pytest.mark.clause("FP 1.4.1")
def test_the_tax_home_is_that_of_the_day():
    enterprise = EnterpriseFactory(district=False)
    with pytest.raises(NoTaxHome, match="2024-03-01"):
        district_of(enterprise, on=DAY)
    TaxHome.objects.create(enterprise=enterprise, district=seeded_district("石狮市"), from_on=date(2023, 1, 1), until_on=DAY)
    TaxHome.objects.create(enterprise=enterprise, district=seeded_district("南安市"), from_on=DAY)
    assert district_of(enterprise, on=date(2024, 2, 29)).name == "石狮市"
    assert district_of(enterprise, on=DAY).name == "南安市"


def test_a_kind_of_which_there_are_many_or_none_has_no_single_institution():
    with pytest.raises(NoSuchInstitution, match="合作银行"):
        institution_of_kind(InstitutionKind.BANK)
    InstitutionFactory()
    assert institution_of_kind(InstitutionKind.BANK)
    InstitutionFactory()
    with pytest.raises(NoSuchInstitution):
        institution_of_kind(InstitutionKind.BANK)


@pytest.mark.clause("FP 1.3")
def test_a_bank_takes_part_from_the_first_day_until_the_last_excluded():
    bank = BankParticipationFactory(from_on=date(2024, 1, 1), until_on=date(2024, 3, 1)).bank
    assert bank not in participating_banks(Mode.SPECIAL, on=date(2023, 12, 31))
    assert bank in participating_banks(Mode.SPECIAL, on=date(2024, 1, 1))
    assert bank not in participating_banks(Mode.TRUST, on=date(2024, 1, 1))
    assert bank in participating_banks(Mode.SPECIAL, on=date(2024, 2, 29))
    assert bank not in participating_banks(Mode.SPECIAL, on=date(2024, 3, 1))
    assert list(participating_banks(Mode.SPECIAL, on=date(2024, 2, 29))) == [bank]
    assert not participating_banks(Mode.SPECIAL, on=date(2024, 3, 1)).exists()


@pytest.mark.clause("D30")
def test_a_countys_reason_makes_an_enterprise_industrial():
    assert counts_as_industrial(EnterpriseFactory())
    assert not counts_as_industrial(EnterpriseFactory(not_industrial=True))
    assert counts_as_industrial(EnterpriseFactory(not_industrial=True, industry_override_reason="主营业务为装备制造"))


def test_who_sees_which_enterprises():
    jinjiang, shishi = EnterpriseFactory(), EnterpriseFactory(district="石狮市")

    def seen(actor):
        return set(enterprises_visible_to(actor))

    assert seen(MemberFactory.serving("city_science")) == seen(system_member()) == {jinjiang, shishi}
    assert seen(MemberFactory.serving("county_industry", district="石狮市")) == {shishi}
    assert seen(MemberFactory.serving("county_treasury", district="晋江市")) == {jinjiang}
    assert seen(MemberFactory.of(jinjiang)) == {jinjiang}
    assert seen(MemberFactory()) == set()


def test_a_county_goes_on_seeing_an_enterprise_that_moved_away():
    enterprise = EnterpriseFactory(district=False)
    TaxHome.objects.create(enterprise=enterprise, district=seeded_district("石狮市"), from_on=date(2023, 1, 1), until_on=DAY)
    assert list(enterprises_visible_to(MemberFactory.serving("county_treasury", district="石狮市"))) == [enterprise]


def test_the_bureaus_of_many_districts_are_one_statement(django_assert_num_queries):
    districts = [bureau.district for bureau in Institution.objects.filter(kind=InstitutionKind.COUNTY_INDUSTRY, is_active=True)]
    assert len(districts) > 2
    with django_assert_num_queries(1):
        found = county_bureaus(districts)
    assert found == {district.pk: institution_of_kind(InstitutionKind.COUNTY_INDUSTRY, district=district) for district in districts}


def test_a_district_without_an_active_bureau_has_none_to_tell():
    Institution.objects.filter(district=seeded_district()).update(is_active=False)
    with pytest.raises(NoSuchInstitution, match=str(seeded_district())):
        county_bureaus([seeded_district(), seeded_district("石狮市")])
