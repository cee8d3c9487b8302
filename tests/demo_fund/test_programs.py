"""The demo's programs: opened once, with secrets that get a token, listed for visitors, and never in production."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from api.models import ApiClient, ClientSecret
from audit.models import Event
from demo_fund.programs import NotInProduction, open_programs
from tests.api.caller import FORM, basic, encoded
from tests.factories import BankParticipationFactory, InstitutionFactory, MemberFactory
from whitelist.models import Channel, Delivery

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_each_calling_institution_gets_a_program_once() -> None:
    bank, guarantor, manager = InstitutionFactory(), InstitutionFactory(guarantor=True), InstitutionFactory(fund_manager=True)
    opened = open_programs(at=AT)
    assert {client.member.institution for client in opened} == {bank, guarantor, manager}
    events = Event.objects.count()
    assert open_programs(at=AT) == []
    assert (ApiClient.objects.count(), ClientSecret.objects.count(), Event.objects.count()) == (3, 3, events)


def test_the_listed_id_and_secret_get_a_token() -> None:
    InstitutionFactory()
    open_programs(at=AT)
    out = StringIO()
    call_command("show_demo_logins", stdout=out)
    client_id, secret = next(line.split()[:2] for line in out.getvalue().splitlines() if line.startswith("  demo-"))
    asked = {"grant_type": "client_credentials"}
    answer = Client().post("/api/v1/oauth/token/", data=encoded(asked), content_type=FORM, headers=basic(client_id, secret))
    assert (answer.status_code, answer.json()["scope"]) == (200, "read decide money report")


def test_a_bank_that_takes_part_finds_the_whitelist_waiting() -> None:
    MemberFactory.serving("city_industry", user__username="gongxin")
    bank, second, other = BankParticipationFactory().bank, BankParticipationFactory().bank, InstitutionFactory()
    open_programs(at=AT)
    assert not Channel.objects.filter(institution=other).exists()
    waiting = Delivery.objects.filter(channel__institution__in=(bank, second))
    assert [(delivery.announcement.kind, delivery.state) for delivery in waiting] == [("snapshot", "pending")] * 2


def test_production_refuses_them(settings: Any) -> None:
    settings.IS_PRODUCTION = True
    InstitutionFactory()
    with pytest.raises(NotInProduction):
        open_programs(at=AT)
    assert not ApiClient.objects.exists()
    with pytest.raises(CommandError, match="正式环境没有演示账号"):
        call_command("show_demo_logins", stdout=StringIO())
