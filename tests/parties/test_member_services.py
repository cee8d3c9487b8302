from datetime import UTC, date, datetime

import pytest

from audit.models import Event
from audit.selectors import events_of
from common.errors import InvalidInput, NotVisible
from parties.access import RoleMissing, SamePerson
from parties.enums import MemberKind, Role
from parties.models import Member, User
from parties.selectors import current_member, system_member
from parties.services import appoint_member, change_roles, end_membership, open_login
from parties.services.members import MembershipOver, ServesElsewhere, UsernameTaken
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
FROM = date(2024, 3, 1)


@pytest.fixture
def bank():
    return InstitutionFactory()


@pytest.fixture
def head(bank):
    return MemberFactory(institution=bank, admin=True)


def appoint(party, actor, user, **kwargs):
    fields = {"name": "王五", "roles": [Role.HANDLER, Role.CHECKER], "from_on": FROM} | kwargs
    return appoint_member(party=party, actor=actor, user=user, at=AT, **fields)


def test_the_house_appoints_its_own_members(bank, head):
    user = UserFactory()
    member = appoint(bank, head, user)
    assert current_member(user, on=FROM) == member
    assert member.roles == ["checker", "handler"]
    event = events_of(member).get()
    assert (event.verb, event.bank_id) == ("member.appointed", bank.pk)


def test_the_city_and_the_system_appoint_anywhere(bank):
    appoint(bank, MemberFactory.serving("city_industry", admin=True), UserFactory())
    appoint(EnterpriseFactory(), system_member(), UserFactory())
    appoint(bank, system_member(), None, kind=MemberKind.PROGRAM, name="核心系统")


def test_nobody_else_appoints(bank):
    for stranger in (MemberFactory(institution=bank), MemberFactory(admin=True), MemberFactory.serving("city_treasury", admin=True)):
        with pytest.raises(RoleMissing):
            appoint(bank, stranger, UserFactory())


def test_a_person_serves_one_house_at_a_time(bank, head):
    user = UserFactory()
    elsewhere = MemberFactory(user=user, until_on=FROM)
    appoint(bank, head, user, until_on=date(2025, 1, 1))
    with pytest.raises(ServesElsewhere, match=bank.name):
        appoint(elsewhere.institution, system_member(), user, from_on=date(2024, 12, 31))
    appoint(elsewhere.institution, system_member(), user, from_on=date(2025, 1, 1))
    assert Member.objects.filter(user=user).count() == 3


INCOMPLETE = [
    pytest.param({"roles": []}, id="no role"),
    pytest.param({"user": None}, id="a person without login"),
    pytest.param({"kind": MemberKind.JOB}, id="a job"),
]


@pytest.mark.parametrize("fields", INCOMPLETE)
def test_an_incomplete_appointment_leaves_no_trace(bank, head, fields):
    with pytest.raises(InvalidInput):
        appoint(**{"party": bank, "actor": head, "user": UserFactory()} | fields)
    assert not Event.objects.exists()


def test_a_membership_ends_once_and_only_earlier(bank, head):
    member = appoint(bank, head, UserFactory())
    end_membership(member_id=member.public_id, until_on=date(2024, 6, 1), actor=head, at=AT, remark="调离")
    assert current_member(member.user, on=date(2024, 5, 31)) == member
    assert current_member(member.user, on=date(2024, 6, 1)) is None
    for until_on in (date(2024, 6, 1), date(2024, 7, 1), date(2024, 2, 29)):
        with pytest.raises(MembershipOver):
            end_membership(member_id=member.public_id, until_on=until_on, actor=head, at=AT)
    assert [event.verb for event in events_of(member)] == ["member.appointed", "member.ended"]


def test_roles_are_changed_by_another_person(bank, head):
    member = MemberFactory(institution=bank)
    for _ in range(2):
        change_roles(member_id=member.public_id, roles=[Role.CHECKER], actor=head, at=AT)
    member.refresh_from_db()
    assert member.roles == ["checker"]
    assert events_of(member).get().before == {"roles": ["handler"]}
    with pytest.raises(SamePerson):
        change_roles(member_id=head.public_id, roles=[Role.ADMIN, Role.CHECKER], actor=head, at=AT)
    with pytest.raises(InvalidInput):
        change_roles(member_id=member.public_id, roles=[], actor=head, at=AT)


def test_another_houses_member_is_not_found_and_a_handler_does_not_manage(bank, head):
    member = MemberFactory(institution=bank)
    with pytest.raises(NotVisible):
        change_roles(member_id=member.public_id, roles=[Role.VIEWER], actor=MemberFactory(admin=True), at=AT)
    with pytest.raises(RoleMissing):
        change_roles(member_id=head.public_id, roles=[Role.VIEWER], actor=member, at=AT)
    change_roles(member_id=member.public_id, roles=[Role.VIEWER], actor=MemberFactory.serving("city_industry", admin=True), at=AT)
    member.refresh_from_db()
    assert member.roles == ["viewer"]


def test_the_systems_member_is_not_touched(head):
    with pytest.raises(NotVisible):
        end_membership(member_id=system_member().public_id, until_on=FROM, actor=system_member(), at=AT)


def test_a_login_is_opened_once_with_a_strong_password(head):
    user = open_login(username="wangwu", display_name="王五", password="泉州-2024-长口令-x", actor=head, at=AT)
    assert user.check_password("泉州-2024-长口令-x")
    assert "password" not in events_of(user).get().after
    with pytest.raises(UsernameTaken):
        open_login(username="wangwu", display_name="王五", actor=head, at=AT)
    with pytest.raises(InvalidInput):
        open_login(username="zhaoliu", display_name="赵六", password="123", actor=head, at=AT)
    assert not User.objects.filter(username="zhaoliu").exists()


def test_a_login_without_password_cannot_log_in(head):
    assert not open_login(username="wangwu", display_name="王五", actor=head, at=AT).has_usable_password()
