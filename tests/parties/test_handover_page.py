"""The page behind a link: it tells nothing of accounts, and lets the person alone type the password."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parties.models import Handover, User
from parties.services.handovers import link_token
from parties.services.members import propose_login
from tests.factories import InstitutionFactory, MemberFactory
from tests.rights import agreed

pytestmark = pytest.mark.django_db
STRONG = "泉州-2024-长口令-x"


@pytest.fixture
def change():
    bank, at = InstitutionFactory(), timezone.now()
    head = MemberFactory(institution=bank, admin=True)
    asked = {"username": "wangwu", "display_name": "王五", "phone": "13805950009", "roles": ["handler"], "from_on": at.date()}
    return propose_login(house=bank, actor=head, at=at, **asked)


def address(change):
    return reverse("handover", args=[link_token(change)])


def test_the_person_sets_the_password_and_the_page_is_used_up(client, change):
    _, code = agreed(change)
    asked = client.get(address(change))
    assert (asked.status_code, asked["Referrer-Policy"], "no-store" in asked["Cache-Control"]) == (200, "same-origin", True)
    assert "wangwu" not in asked.content.decode()
    done = client.post(address(change), {"code": code, "password": STRONG, "again": STRONG})
    assert (done.status_code, "wangwu" in done.content.decode(), STRONG in done.content.decode()) == (200, True, False)
    assert User.objects.get(username="wangwu").check_password(STRONG)
    assert client.get(address(change)).status_code == 403


def test_every_dead_link_answers_alike(client, change):
    waiting = client.get(address(change))
    _, code = agreed(change)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        late = client.post(address(change), {"code": code, "password": STRONG, "again": STRONG})
    forged = client.get(reverse("handover", args=["x" * 40]))
    pages = {page.content for page in (waiting, late, forged)}
    assert (len(pages), {page.status_code for page in (waiting, late, forged)}) == (1, {403})


def test_a_wrong_code_counts_and_a_weak_or_unequal_password_does_not(client, change):
    _, code = agreed(change)
    for given in ({"code": code, "password": "123", "again": "123"}, {"code": code, "password": STRONG, "again": "x"}):
        assert client.post(address(change), given).status_code == 409
    assert Handover.objects.get().failures == 0
    assert client.post(address(change), {"code": "X", "password": STRONG, "again": STRONG}).status_code == 409
    assert (Handover.objects.get().failures, User.objects.get(username="wangwu").has_usable_password()) == (1, False)


def test_a_browser_may_send_the_form(change):
    """A browser tells the form's origin as the page's policy lets it: of ``no-referrer`` comes ``null``, which is refused as forged."""
    _, code = agreed(change)
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(address(change))
    given = {"code": code, "password": STRONG, "again": STRONG, "csrfmiddlewaretoken": page.context["csrf_token"]}
    origin = "null" if page["Referrer-Policy"] == "no-referrer" else "http://testserver"
    assert browser.post(address(change), given, headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert browser.post(address(change), given, headers={"origin": origin}).status_code == 200
