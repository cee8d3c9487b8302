"""What is left under a cap tells a lender nothing to the cent of what others lent."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from loans.models import Application
from parties.models import Member
from tests.api.bank import Stage, make_stage
from tests.loan_factories import ApplicationFactory, LoanFactory
from tests.privacy.sweep import route
from whitelist.models import Entry

THEIRS = Decimal("151428571.20")  # of 160 million
TOLD, EXACT = "8000000.00", ("8571428", "151428571")


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    stage, traveller = make_stage()
    yield stage
    traveller.stop()


def lent_by_another(entry: Entry) -> None:
    LoanFactory(application=ApplicationFactory(contracted=True, entry=entry, amount_requested=THEIRS))


def under_review(stage: Stage) -> Application:
    scene = stage.scene
    return ApplicationFactory(under_review=True, entry=scene.entry, bank=scene.bank, amount_requested=Decimal("160000000.00"))


def browser(member: Member) -> Client:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_refusal_and_a_page_tell_a_lender_no_more_than_the_entry(stage: Stage) -> None:
    entry = stage.scene.entry
    lent_by_another(entry)
    caps = stage.bank.get(f"entries/{entry.public_id}/")["headroom"][0]["caps"]
    assert {cap["headroom"] for cap in caps if cap["name"] != "bank_quota"} >= {TOLD}
    application = under_review(stage)
    stage.on(date(2024, 3, 20))
    refused = stage.bank.post(f"applications/{application.public_id}/approve/", {"amount": "8571428.81"}, status=409)
    assert refused["code"] == "over_cap"
    assert "剩余 8,000,000.00 元，向下取整到百万元" in refused["detail"]
    said = json.dumps(refused, ensure_ascii=False).replace(",", "").replace("8571428.81", "")
    page = browser(stage.scene.handler).get(route(Application, "change", application.pk)).content.decode().replace(",", "")
    assert TOLD in page
    assert [one for one in EXACT if one in said or one in page] == []


def test_a_closed_entry_tells_what_is_left_only_to_banks_with_a_case_on_it(stage: Stage) -> None:
    entry = stage.scene.entry
    lent_by_another(entry)
    here = f"entries/{entry.public_id}/"
    assert stage.bank.get(here)["headroom"]
    Entry.objects.filter(pk=entry.pk).update(state="expired", expired_on=date(2024, 3, 1), expiry_cause="term_over")
    closed = stage.bank.get(here)
    assert (closed["is_open"], closed["headroom"]) == (False, [])
    under_review(stage)
    assert stage.bank.get(here)["headroom"]
