"""Logins, memberships, roles and passwords: nothing holds by one person's will."""

from datetime import UTC, date, datetime, timedelta

import pytest

from audit.models import Event
from audit.selectors import events_of
from common.errors import InvalidInput, NotVisible
from parties.access import RoleMissing, SamePerson, is_same_person
from parties.enums import MemberKind, Role
from parties.models import Member, RightsChange, User
from parties.rights import NotConfirmed
from parties.selectors import current_member, mark_of, operator, system_member
from parties.services.handovers import HandoverRefused, link_token, use_handover
from parties.services.members import (
    MembershipOver,
    RolesDoNotMix,
    ServesElsewhere,
    appoint,
    member_subject,
    open_login,
    propose_appointment,
    propose_end,
    propose_login,
    propose_reset,
    propose_roles,
)
from parties.services.new_logins import PhoneTaken, UsernameTaken
from parties.services.rights import RightsOutdated, confirm_change
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory, UserFactory
from tests.rights import administrator, agreed, handed_over

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
FROM = date(2024, 3, 1)
STRONG = "泉州-2024-长口令-x"


@pytest.fixture
def bank():
    return InstitutionFactory()


@pytest.fixture
def head(bank):
    return MemberFactory(institution=bank, admin=True)


def appointment(house, actor, user, **given):
    asked = {"username": user.username, "roles": [Role.HANDLER, Role.CHECKER], "from_on": FROM} | given
    return propose_appointment(house=house, actor=actor, at=AT, **asked)


def login(house, actor, **given):
    asked = {"username": "wangwu", "display_name": "王五", "phone": "13805950009", "roles": [Role.HANDLER], "from_on": FROM}
    return propose_login(house=house, actor=actor, at=AT, **(asked | given))


def of(member):
    return {"member_id": member.public_id, "seen": mark_of(member_subject(member))}


def test_one_administrator_alone_gets_nowhere(bank, head):
    """By no service: what is proposed does not hold, and the effects refuse what was not confirmed."""
    puppet = UserFactory()
    before = (User.objects.count(), Member.objects.count())
    opened = login(bank, head)
    changes = [
        opened,
        appointment(bank, head, puppet),
        propose_roles(roles=[Role.CHECKER], actor=head, at=AT, **of(MemberFactory(institution=bank))),
    ]
    for change in changes:
        with pytest.raises(RoleMissing):
            confirm_change(change_id=change.public_id, actor=head, at=AT)
    with pytest.raises(NotConfirmed):
        open_login(opened)
    with pytest.raises(NotConfirmed):
        appoint(opened, user=puppet, name="王五")
    with pytest.raises(HandoverRefused):
        use_handover(token=link_token(opened), code="", password=STRONG, at=AT)
    assert (User.objects.count() - 1, Member.objects.count() - 1) == before  # the member made for this test
    assert current_member(puppet, on=FROM) is None


def test_two_persons_appoint(bank, head):
    user = UserFactory()
    change, code = agreed(appointment(bank, head, user))
    member = current_member(user, on=FROM)
    assert (change.member, member.roles, code) == (member, ["checker", "handler"], "")
    event = events_of(member).get()
    assert (event.verb, event.bank_id, event.actor_id) == ("member.appointed", bank.pk, administrator("security").pk)


def test_who_proposes_for_whom(bank, head):
    for stranger in (
        MemberFactory(institution=bank),
        MemberFactory(admin=True),
        MemberFactory.serving("city_treasury", admin=True),
        MemberFactory.serving("city_industry", admin=True),
        administrator("security"),
        administrator("audit"),
    ):
        with pytest.raises(RoleMissing):
            appointment(bank, stranger, UserFactory())
    enterprise = EnterpriseFactory()
    for house, actor in ((bank, head), (enterprise, administrator("system")), (enterprise, MemberFactory.of(enterprise, admin=True))):
        assert agreed(appointment(house, actor, UserFactory()))[0].member.party == house


def test_a_person_serves_one_house_at_a_time(bank, head):
    user = UserFactory()
    elsewhere = MemberFactory(user=user, until_on=FROM)
    agreed(appointment(bank, head, user, until_on=date(2025, 1, 1)))
    system = administrator("system")
    with pytest.raises(ServesElsewhere) as refused:
        appointment(elsewhere.institution, system, user, from_on=date(2024, 12, 31))
    assert bank.name not in refused.value.message
    agreed(appointment(elsewhere.institution, system, user, from_on=date(2025, 1, 1)))
    assert Member.objects.filter(user=user).count() == 3


def test_whoever_was_appointed_meanwhile_is_not_appointed_again(bank, head):
    user = UserFactory()
    change = appointment(bank, head, user)
    MemberFactory(user=user)
    with pytest.raises(RightsOutdated):
        agreed(change)
    assert Member.objects.filter(user=user).count() == 1


INCOMPLETE = [
    pytest.param({"roles": []}, InvalidInput, id="no role"),
    pytest.param({"username": "nobody"}, InvalidInput, id="a person without login"),
    pytest.param({"roles": ["security"]}, RolesDoNotMix, id="an administrator's role in a house"),
    pytest.param({"roles": ["checker", "audit"]}, RolesDoNotMix, id="an administrator's role beside business"),
]


@pytest.mark.parametrize(("given", "refusal"), INCOMPLETE)
def test_what_cannot_stand_leaves_no_trace(bank, head, given, refusal):
    with pytest.raises(refusal):
        appointment(bank, head, UserFactory(), **given)
    assert not Event.objects.exists()
    assert not RightsChange.objects.exists()


@pytest.mark.parametrize("roles", [["security", "audit"], ["system", "handler"], ["handler"], ["admin"]])
def test_at_the_operator_one_administrators_role_and_no_other(roles):
    with pytest.raises(RolesDoNotMix):
        appointment(operator(), administrator("system"), UserFactory(), roles=roles)


def test_a_superuser_is_not_appointed(bank, head):
    with pytest.raises(InvalidInput):
        appointment(bank, head, UserFactory(is_superuser=True))


def test_a_membership_ends_once_and_only_earlier(bank, head):
    member = MemberFactory(institution=bank, from_on=FROM)
    agreed(propose_end(until_on=date(2024, 6, 1), actor=head, at=AT, reason="调离", **of(member)))
    assert current_member(member.user, on=date(2024, 5, 31)) == member
    assert current_member(member.user, on=date(2024, 6, 1)) is None
    for until_on in (date(2024, 6, 1), date(2024, 7, 1), date(2024, 2, 29)):
        with pytest.raises(MembershipOver):
            propose_end(until_on=until_on, actor=head, at=AT, **of(member))
    assert [event.verb for event in events_of(member)] == ["member.ended"]


def test_roles_are_changed_by_two_others(bank, head):
    member = MemberFactory(institution=bank)
    agreed(propose_roles(roles=[Role.CHECKER], actor=head, at=AT, **of(member)))
    member.refresh_from_db()
    assert member.roles == ["checker"]
    assert events_of(member).get().before == {"roles": ["handler"]}
    with pytest.raises(SamePerson):
        propose_roles(roles=[Role.ADMIN, Role.CHECKER], actor=head, at=AT, **of(head))
    with pytest.raises(InvalidInput):
        propose_roles(roles=[], actor=head, at=AT, **of(member))
    with pytest.raises(RolesDoNotMix):
        propose_roles(roles=[Role.SECURITY], actor=head, at=AT, **of(member))


def test_the_three_do_not_change_into_each_other():
    for role in ("system", "security", "audit"):
        with pytest.raises((RolesDoNotMix, SamePerson)):
            propose_roles(roles=[Role.SECURITY], actor=administrator("system"), at=AT, **of(administrator(role)))


def test_a_form_of_rights_older_than_their_last_change_is_refused(bank, head):
    member = MemberFactory(institution=bank)
    opened = of(member)
    agreed(propose_roles(roles=[Role.VIEWER], actor=head, at=AT, **opened))
    for propose in (
        lambda: propose_roles(roles=[Role.CHECKER], actor=head, at=AT, **opened),
        lambda: propose_end(until_on=FROM, actor=head, at=AT, **opened),
        lambda: propose_reset(actor=head, at=AT, **opened),
    ):
        with pytest.raises(RightsOutdated):
            propose()


def test_another_houses_member_is_not_found_and_a_handler_does_not_manage(bank, head):
    member = MemberFactory(institution=bank)
    with pytest.raises(NotVisible):
        propose_roles(roles=[Role.VIEWER], actor=MemberFactory(admin=True), at=AT, **of(member))
    with pytest.raises(RoleMissing):
        propose_roles(roles=[Role.VIEWER], actor=member, at=AT, **of(head))


def test_the_systems_member_is_not_touched():
    with pytest.raises(NotVisible):
        propose_end(until_on=FROM, actor=administrator("system"), at=AT, **of(system_member()))


def test_a_login_opens_without_a_password_and_the_person_sets_it_once(bank, head):
    change = login(bank, head)
    _, code = agreed(change)
    user = User.objects.get(username="wangwu")
    assert (user.has_usable_password(), change.member_id) == (False, None)
    with pytest.raises(InvalidInput):
        use_handover(token=link_token(change), code=code, password="123", at=AT)
    use_handover(token=link_token(change), code=f" {code.lower()} ", password=STRONG, at=AT)
    user.refresh_from_db()
    assert user.check_password(STRONG)
    with pytest.raises(HandoverRefused):
        use_handover(token=link_token(change), code=code, password=STRONG + "2", at=AT)
    assert STRONG not in str(list(Event.objects.values()))
    assert code not in str(list(Event.objects.values())) + str(list(RightsChange.objects.values("handover__code_digest")))


def test_link_and_code_end_after_a_day_and_after_five_wrong_codes(bank, head):
    change = login(bank, head)
    _, code = agreed(change)
    with pytest.raises(HandoverRefused):
        use_handover(token=link_token(change), code=code, password=STRONG, at=AT + timedelta(hours=24))
    for _ in range(5):
        with pytest.raises(HandoverRefused):
            use_handover(token=link_token(change), code="WRONG", password=STRONG, at=AT)
    with pytest.raises(HandoverRefused):
        use_handover(token=link_token(change), code=code, password=STRONG, at=AT)
    assert Event.objects.filter(verb="handover.failed").count() == 5
    assert not User.objects.get(username="wangwu").has_usable_password()


def test_the_code_of_one_change_does_not_fit_anothers_link(bank, head):
    one, other = login(bank, head), login(bank, head, username="zhaoliu", display_name="赵六", phone="13805950010")
    _, code = agreed(one)
    agreed(other)
    with pytest.raises(HandoverRefused):
        use_handover(token=link_token(other), code=code, password=STRONG, at=AT)


def test_a_login_is_one_persons(bank, head):
    UserFactory(username="zhaoliu", phone="13805950010")
    with pytest.raises(UsernameTaken):
        login(bank, head, username="zhaoliu")
    with pytest.raises(PhoneTaken):
        login(bank, head, phone="13805950010")
    for phone in (" ", "0595-22345678", "1380595001"):
        with pytest.raises(InvalidInput):
            login(bank, head, phone=phone)


@pytest.mark.parametrize("typed", ["+86 138 0595 0010", "１３８０５９５００１０", "138-0595-0010", "0086 13805950010"])
def test_a_number_is_one_however_it_was_typed(bank, head, typed):
    user = UserFactory(username="zhaoliu", phone=typed)
    assert User.objects.get(phone="138 0595 0010") == user
    assert User.objects.values_list("phone", flat=True).get(pk=user.pk) == "13805950010"
    with pytest.raises(PhoneTaken):
        login(bank, head, phone="13805950010")
    with pytest.raises(PhoneTaken):
        login(bank, head, phone=f" {typed}\u3000")
    other = InstitutionFactory()
    maker, checker = MemberFactory(institution=other, user=user), MemberFactory(institution=other, user__phone="13805950010")
    assert is_same_person(maker, checker)


def test_a_login_is_opened_with_the_number_in_its_one_form(bank, head):
    change = login(bank, head, phone="+86 138-0595-0009")
    assert change.after["phone"] == "13805950009"
    RightsChange.objects.filter(pk=change.pk).update(after=change.after | {"phone": "１３８ 0595 0009"})  # by the version before
    agreed(change)
    assert User.objects.values_list("phone", flat=True).get(username="wangwu") == "13805950009"


def test_a_reset_ends_the_old_password_and_the_person_sets_the_new_one(bank, head):
    member = MemberFactory(institution=bank)
    change = propose_reset(actor=head, at=AT, **of(member))
    assert member.user.has_usable_password()
    assert handed_over(change, password=STRONG) == {"登录名": member.user.username}
    member.user.refresh_from_db()
    assert member.user.check_password(STRONG)
    assert [event.verb for event in Event.objects.filter(object_type="parties.user").order_by("pk")] == [
        "login.password_reset",
        "login.password_set",
    ]


def test_a_program_is_nobodys_to_reset(bank, head):
    with pytest.raises(NotVisible):
        propose_reset(actor=head, at=AT, **of(MemberFactory(institution=bank, kind=MemberKind.PROGRAM, user=None)))
