"""What link and code open: once, for a day, to a password never used before; what was open before ends, and the log tells all of it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from api.services.clients import client_subject, propose_renewal
from audit.models import Event
from parties.models import Handover, Institution, Member, RightsChange
from parties.selectors import mark_of, system_member
from parties.services.handovers import link_token
from parties.services.members import member_subject, propose_reset
from tests.api.caller import Caller, issued, taken, token_of
from tests.factories import PASSWORD, EnterpriseFactory, InstitutionFactory, MemberFactory
from tests.logins.test_doors import is_in, log_in
from tests.rights import agreed

pytestmark = pytest.mark.django_db
NEW = "刺桐-handed-over-{}"


@pytest.fixture(params=["staff", "enterprise"])
def person(request: Any) -> Member:
    """Return somebody whose password was set before, as it is remembered."""
    member: Member = MemberFactory() if request.param == "staff" else MemberFactory.of(EnterpriseFactory())
    _remembered(member, PASSWORD)
    return member


def _remembered(member: Member, *passwords: str) -> None:
    assert member.user is not None
    for password in passwords:
        member.user.set_password(password)
        member.user.save()


def reset(member: Member) -> tuple[RightsChange, str]:
    """Return a confirmed reset of the member's password, with the code."""
    head = MemberFactory(institution=member.institution, enterprise=member.enterprise, admin=True)
    seen = mark_of(member_subject(member))
    return agreed(propose_reset(member_id=member.public_id, actor=head, at=now(), seen=seen, reason="忘记密码"))


def hand_over(change: RightsChange, code: str, password: str) -> Any:
    """Send the form behind the link, as somebody who is not logged in."""
    return Client().post(reverse("handover", args=[link_token(change)]), {"code": code, "password": password, "again": password})


def verbs() -> list[str]:
    return list(Event.objects.filter(verb__startswith="handover.").order_by("pk").values_list("verb", flat=True))


def test_a_password_used_before_is_refused_and_the_link_stays_good(person: Member) -> None:
    change, code = reset(person)
    refused = hand_over(change, code, PASSWORD)
    assert (refused.status_code, "最近5次" in refused.content.decode()) == (409, True)
    person.user.refresh_from_db()
    assert (person.user.has_usable_password(), Handover.objects.get().used_at, Handover.objects.get().failures) == (False, None, 0)
    assert hand_over(change, code, NEW).status_code == 200
    person.user.refresh_from_db()
    assert person.user.check_password(NEW)


def test_each_of_the_last_five_is_refused_after_a_reset_too(person: Member) -> None:
    _remembered(person, *(NEW.format(number) for number in range(6)))
    change, code = reset(person)
    assert [hand_over(change, code, NEW.format(number)).status_code for number in range(1, 6)] == [409] * 5
    assert hand_over(change, code, NEW.format(0)).status_code == 200  # the sixth from the end


def test_what_the_handover_set_is_remembered_in_turn(person: Member) -> None:
    change, code = reset(person)
    hand_over(change, code, NEW)
    again, second = reset(person)
    assert hand_over(again, second, NEW).status_code == 409


def test_sessions_end_with_the_reset_and_the_new_password_begins_others(person: Member) -> None:
    before = log_in(person)
    change, code = reset(person)
    assert not is_in(before, person)
    assert hand_over(change, code, NEW).status_code == 200
    assert not is_in(before, person)
    assert is_in(log_in(person, password=NEW), person)


def test_a_link_opens_once_and_for_a_day_whatever_the_code(person: Member) -> None:
    change, code = reset(person)
    issued_at = Handover.objects.get().issued_at
    with time_machine.travel(issued_at + timedelta(hours=24), tick=False):
        assert hand_over(change, code, NEW).status_code == 403
    with time_machine.travel(issued_at + timedelta(hours=23, minutes=59), tick=False):
        assert hand_over(change, code, NEW).status_code == 200
        assert hand_over(change, code, NEW.format("other")).status_code == 403
    person.user.refresh_from_db()
    assert person.user.check_password(NEW)


def test_every_try_is_told_by_the_log_and_none_tells_a_secret(person: Member) -> None:
    change, code = reset(person)
    hand_over(change, "WRONGWRONG", NEW)
    hand_over(change, code, NEW)
    assert verbs() == ["handover.failed", "handover.used"]
    for event in Event.objects.filter(object_type="parties.rightschange"):
        told = f"{event.before}{event.after}{event.remark}"
        assert not any(secret in told for secret in (NEW, code, link_token(change), PASSWORD))
    assert Event.objects.get(verb="login.password_set").actor_id == person.pk
    assert {event.actor_id for event in Event.objects.filter(verb__startswith="handover.")} == {person.pk}


@pytest.mark.parametrize(("days", "status"), [pytest.param(0, 401, id="at once"), pytest.param(7, 200, id="after a week")])
def test_tokens_end_with_the_secret_they_were_got_with(days: int, status: int) -> None:
    bank: Institution = InstitutionFactory()
    old = issued(bank)
    caller = Caller(client=old.client, token=token_of(old))
    seen = mark_of(client_subject(old.client_id))
    asked = {"client_id": old.client.public_id, "actor": system_member(), "at": now(), "old_ends_after": timedelta(days=days)}
    new = taken(propose_renewal(seen=seen, **asked), at=now())
    caller.get("entries/", status=status)
    Caller(client=new.client, token=token_of(new)).get("entries/")
