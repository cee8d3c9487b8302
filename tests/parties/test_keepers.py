"""The operator's first administrators, and the one of an emergency."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from notices.models import Notice
from parties.access import RoleMissing
from parties.models import Institution, Member, User
from parties.selectors import current_member, operator, system_member
from parties.services.rights import propose_change
from tests.factories import MemberFactory, UserFactory
from tests.rights import administrator

pytestmark = pytest.mark.django_db
STRONG = "泉州-2024-长口令-x"
THREE = {"system": ["xt", "许一", "13800000001"], "security": ["aq", "苏二", "13800000002"], "audit": ["sj", "洪三", "13800000003"]}


def first(**changed):
    said = StringIO()
    call_command("first_administrators", **(THREE | changed), stdout=said)
    return said.getvalue()


def emergency(username="yj", phone="13800000009", **given):
    said = StringIO()
    call_command("emergency_administrator", username, "应急", phone, reason=given.pop("reason", "安全管理员病故"), stdout=said, **given)
    return said.getvalue()


def opened_by(line, client):
    address, code = line.split("打开 ")[1].split(" ")[0], line.rsplit("交接码 ", 1)[1].strip()
    return client.post(address, {"code": code, "password": STRONG, "again": STRONG}).status_code


def test_three_persons_have_three_numbers_however_they_are_typed():
    with pytest.raises(CommandError, match="手机号码"):
        first(security=["aq", "苏二", "+86 138 0000 0001"])
    assert not User.objects.filter(username__in=("xt", "aq", "sj")).exists()


def test_the_first_three_are_appointed_once_and_set_their_passwords(client):
    lines = first().splitlines()
    assert [opened_by(line, client) for line in lines[:3]] == [200, 200, 200]
    today = timezone.localdate()
    found = {name: current_member(User.objects.get(username=name), on=today).roles for name in ("xt", "aq", "sj")}
    assert found == {"xt": ["system"], "aq": ["security"], "sj": ["audit"]}
    assert Event.objects.filter(verb="administrator.appointed_first").count() == 3
    with pytest.raises(CommandError, match="只能执行一次"):
        first(system=["xt2", "许", "13800000011"])


@pytest.mark.parametrize("changed", [{"security": ["aq", "苏二", "13800000001"]}, {"security": ["xt", "苏二", "13800000002"]}])
def test_three_persons_are_three(changed):
    with pytest.raises(CommandError):
        first(**changed)
    assert not Member.objects.exclude(kind="job").exists()


def test_another_institution_may_run_the_system():
    first(operator="city-industry")
    assert operator().code == "city-industry"
    assert Institution.objects.filter(is_operator=True).count() == 1


def test_in_an_emergency_a_security_administrator_serves_a_week_and_all_are_told(client):
    assert opened_by(emergency().splitlines()[0], client) == 200
    member = Member.objects.get(user__username="yj")
    assert (member.roles, (member.until_on - member.from_on).days) == (["security"], 7)
    assert current_member(member.user, on=member.until_on) is None
    event = Event.objects.get(verb="administrator.appointed_in_emergency")
    assert "病故" in event.remark
    told = set(Notice.objects.filter(is_urgent=True).values_list("institution__code", flat=True))
    assert told == {"city-industry", "city-treasury", "city-finance-office", operator().code}


def test_while_one_serves_there_is_no_emergency_unless_that_one_ends():
    serving = administrator("security")
    with pytest.raises(CommandError, match=serving.user.username):
        emergency()
    assert not Event.objects.exists()
    assert not Notice.objects.exists()
    emergency(in_place_of=serving.user.username)
    assert current_member(serving.user, on=timezone.localdate()) is None
    assert Event.objects.filter(verb="member.ended").count() == 1


def test_an_emergency_needs_a_reason():
    with pytest.raises(CommandError, match="理由"):
        emergency(reason=" ")


def test_nobody_proposes_what_the_server_alone_makes():
    for actor in (administrator("system"), system_member()):
        with pytest.raises(RoleMissing):
            propose_change(
                kind="administrators.emergency", house=operator(), subject="login:x", label="x", after={}, actor=actor, at=timezone.now()
            )


@pytest.mark.parametrize(
    ("roles", "given"),
    [
        pytest.param(["system", "security"], {}, id="two of the three"),
        pytest.param(["audit", "checker"], {}, id="one of the three in business"),
        pytest.param(["security", "admin"], {}, id="one of the three who manages a house"),
        pytest.param(["security"], {"kind": "program", "user": None}, id="a program"),
    ],
)
def test_the_database_holds_the_three_apart(roles, given):
    with pytest.raises(IntegrityError, match="member_administrator_stands_alone"), transaction.atomic():
        MemberFactory(institution=operator(), roles=roles, **given)


def test_there_is_one_operator():
    with pytest.raises(IntegrityError, match="institution_one_operator"), transaction.atomic():
        Institution.objects.filter(code="city-industry").update(is_operator=True)


def test_djangos_superuser_acts_for_nobody():
    user = UserFactory(is_superuser=True, is_staff=True)
    MemberFactory(user=user, checker=True)
    assert current_member(user, on=timezone.localdate()) is None
