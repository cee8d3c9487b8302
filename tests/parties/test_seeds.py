import pytest

from parties.enums import COUNTY_KINDS, InstitutionKind, MemberKind
from parties.models import District, Institution, Member
from parties.seeds import plant
from parties.selectors import institution_of_kind, system_member
from tests.factories import MemberFactory, seeded_district

pytestmark = pytest.mark.django_db


@pytest.mark.clause("D31")
def test_thirteen_districts_are_live_and_jinmen_is_closed():
    assert District.objects.filter(is_live=True).count() == 13
    assert District.objects.get(name="金门县").is_live is False


@pytest.mark.clause("FP 1.6.4")
def test_every_live_district_has_both_bureaus():
    for kind in COUNTY_KINDS:
        assert Institution.objects.filter(kind=kind, district__is_live=True).count() == 13


def test_no_bank_is_invented():
    entered_by_the_city = {InstitutionKind.BANK, InstitutionKind.GUARANTOR, InstitutionKind.FUND_MANAGER, InstitutionKind.CONTRIBUTOR}
    assert not Institution.objects.filter(kind__in=entered_by_the_city).exists()


def test_planting_again_changes_nothing():
    before = (District.objects.count(), Institution.objects.count(), Member.objects.count())
    Institution.objects.filter(code="city-industry").update(name="改名后的局")

    plant(district=District, institution=Institution, member=Member)

    assert (District.objects.count(), Institution.objects.count(), Member.objects.count()) == before
    assert Institution.objects.get(code="city-industry").name == "改名后的局"


def test_the_system_member_is_a_job_of_the_fund_office(django_assert_num_queries):
    with django_assert_num_queries(1):
        member = system_member()
        assert member.party_name == "泉州市技术创新基金管理系统"
    assert member.kind == MemberKind.JOB


def test_a_county_bureau_is_found_by_kind_and_district():
    assert institution_of_kind(InstitutionKind.COUNTY_TREASURY, district=seeded_district("石狮市")).short_name == "石狮市财政部门"
    assert MemberFactory.serving("county_industry", district="晋江市").institution.district.name == "晋江市"
