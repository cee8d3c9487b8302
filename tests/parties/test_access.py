from datetime import UTC, datetime, timedelta

import pytest

from parties.access import (
    AppointerChecks,
    JobIsNoChecker,
    OpenerChecks,
    ProgramChecksOwnHouse,
    RoleMissing,
    SamePerson,
    checker_differs,
    require,
    require_enterprise,
    require_institution,
    sees_all,
)
from parties.enums import InstitutionKind, Role
from parties.models import Member
from parties.selectors import system_member
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory, UserFactory
from tests.rights import gave_rights

pytestmark = pytest.mark.django_db
AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


def test_kind_and_role_open_an_operation():
    require(MemberFactory.serving("city_treasury"), InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY)
    require(MemberFactory.serving("city_treasury", checker=True), InstitutionKind.CITY_TREASURY, roles=[Role.CHECKER])


def test_the_refusal_says_whose_task_it_is():
    with pytest.raises(RoleMissing, match="须由市财政局的复核人员办理"):
        require(MemberFactory.serving("city_treasury"), InstitutionKind.CITY_TREASURY, roles=[Role.CHECKER])


REFUSED = [
    pytest.param(lambda: MemberFactory.serving("city_science"), id="another bureau"),
    pytest.param(lambda: MemberFactory.serving("city_treasury", viewer=True), id="a viewer"),
    pytest.param(lambda: MemberFactory.serving("city_treasury", admin=True), id="an administrator handles no case"),
    pytest.param(lambda: MemberFactory.of(EnterpriseFactory()), id="an enterprise"),
    pytest.param(system_member, id="a job where it is not allowed"),
]


@pytest.mark.parametrize("actor", REFUSED)
def test_others_are_refused(actor):
    with pytest.raises(RoleMissing) as refusal:
        require(actor(), InstitutionKind.CITY_TREASURY)
    assert refusal.value.status == 403


def test_a_job_passes_where_it_is_allowed():
    require(system_member(), InstitutionKind.CITY_TREASURY, allow_job=True)


def test_exactly_that_institution():
    bank = InstitutionFactory()
    require_institution(MemberFactory(institution=bank), bank)
    for stranger in (MemberFactory(), MemberFactory(institution=bank, viewer=True), MemberFactory.of(EnterpriseFactory()), system_member()):
        with pytest.raises(RoleMissing, match=bank.name):
            require_institution(stranger, bank)


def test_exactly_that_enterprise():
    enterprise = EnterpriseFactory()
    require_enterprise(MemberFactory.of(enterprise), enterprise)
    for stranger in (MemberFactory.of(EnterpriseFactory()), MemberFactory(), MemberFactory.of(enterprise, viewer=True)):
        with pytest.raises(RoleMissing, match=enterprise.name):
            require_enterprise(stranger, enterprise)


def test_another_person_of_the_house_checks():
    bank = InstitutionFactory()
    checker_differs(maker=MemberFactory(institution=bank), checker=MemberFactory(institution=bank, checker=True), at=AT)


def test_a_person_checks_what_the_houses_program_made():
    bank = InstitutionFactory()
    checker_differs(maker=MemberFactory(institution=bank, program=True, user=None), checker=MemberFactory(institution=bank), at=AT)


def test_a_program_of_another_house_checks():
    checker_differs(maker=MemberFactory(), checker=MemberFactory(program=True, user=None), at=AT)


def test_nobody_checks_their_own_work():
    member = MemberFactory()
    with pytest.raises(SamePerson):
        checker_differs(maker=member, checker=member, at=AT)


def test_two_memberships_of_one_login_are_one_person():
    user = UserFactory()
    earlier = MemberFactory(user=user, until_on="2024-01-01")
    later = MemberFactory(user=user, from_on="2024-01-01")
    with pytest.raises(SamePerson):
        checker_differs(maker=earlier, checker=later, at=AT)


def test_a_program_does_not_check_its_own_house():
    bank = InstitutionFactory()
    with pytest.raises(ProgramChecksOwnHouse):
        checker_differs(maker=MemberFactory(institution=bank), checker=MemberFactory(institution=bank, program=True, user=None), at=AT)


def test_a_job_never_checks():
    with pytest.raises(JobIsNoChecker):
        checker_differs(maker=MemberFactory(), checker=system_member(), at=AT)


@pytest.mark.parametrize("kind", ["city_industry", "city_science", "city_treasury", "city_finance_office", "regulator", "central_bank"])
def test_the_city_and_its_supervisors_see_all(kind):
    assert sees_all(MemberFactory.serving(kind))


def test_a_county_a_bank_and_an_enterprise_do_not_see_all():
    for actor in (MemberFactory.serving("county_treasury", district="晋江市"), MemberFactory(), MemberFactory.of(EnterpriseFactory())):
        assert not sees_all(actor)
    assert sees_all(system_member())


@pytest.mark.parametrize("kind", ["login.open", "member.appoint", "member.roles", "password.reset"])
@pytest.mark.parametrize("part", ["proposer", "confirmer"])
def test_who_gave_a_maker_rights_does_not_check_that_maker_for_thirty_days(kind, part):
    bank = InstitutionFactory()
    maker, checker = MemberFactory(institution=bank), MemberFactory(institution=bank, roles=["checker", "admin"])
    gave_rights(maker, kind=kind, at=AT, **{part: checker})
    for days in (0, 29):
        with pytest.raises(AppointerChecks, match="30天"):
            checker_differs(maker=maker, checker=checker, at=AT + timedelta(days=days))
    checker_differs(maker=maker, checker=checker, at=AT + timedelta(days=30))
    checker_differs(maker=maker, checker=MemberFactory(institution=bank, checker=True), at=AT)


def test_an_appointment_under_an_earlier_membership_counts_too():
    earlier = MemberFactory(until_on=AT.date())
    maker = MemberFactory(user=earlier.user, from_on=AT.date())
    checker = MemberFactory(institution=maker.institution, checker=True)
    gave_rights(earlier, kind="member.appoint", proposer=checker, at=AT)
    with pytest.raises(AppointerChecks):
        checker_differs(maker=maker, checker=checker, at=AT)


def test_who_ended_a_membership_gave_nothing():
    maker = MemberFactory()
    checker = MemberFactory(institution=maker.institution, checker=True)
    gave_rights(maker, kind="member.end", proposer=checker, at=AT)
    checker_differs(maker=maker, checker=checker, at=AT)


@pytest.mark.parametrize("part", ["proposer", "confirmer"])
def test_who_let_a_program_in_never_checks_its_records(part):
    bank = InstitutionFactory()
    program, checker = MemberFactory(institution=bank, program=True, user=None), MemberFactory(institution=bank, checker=True)
    gave_rights(program, kind="client.renew", at=AT, **{part: checker})
    with pytest.raises(OpenerChecks):
        checker_differs(maker=program, checker=checker, at=AT + timedelta(days=3650))
    checker_differs(maker=program, checker=MemberFactory(institution=bank, checker=True), at=AT)


def test_two_logins_with_one_mobile_number_are_one_person():
    maker = MemberFactory(user__phone="13805950001")
    with pytest.raises(SamePerson):
        checker_differs(maker=maker, checker=MemberFactory(institution=maker.institution, user__phone="13805950001"), at=AT)


def test_in_a_list_of_one_makers_records_the_pair_is_judged_once(django_assert_num_queries):
    """For that list alone: another is judged anew, at the same moment too."""
    bank = InstitutionFactory()
    maker, checker = MemberFactory(institution=bank), MemberFactory(institution=bank, checker=True)
    passed = set()
    checker_differs(maker=maker, checker=checker, at=AT, passed=passed)
    with django_assert_num_queries(0):
        checker_differs(maker=Member(pk=maker.pk), checker=checker, at=AT, passed=passed)
    gave_rights(maker, kind="member.appoint", at=AT, proposer=checker)
    for anew in (set(), None):
        with pytest.raises(AppointerChecks):
            checker_differs(maker=maker, checker=checker, at=AT, passed=anew)
