"""Cursors and places: sealed, good for one institution, list and filters; events by an identifier that counts nothing."""

import json
import re
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from api.models import ApiClient, Webhook
from api.services.webhooks import send_to
from api.webhook_secrets import put_new_secret
from audit.models import Event
from parties.models import Institution
from tests.api.bank import Stage
from tests.api.caller import Caller
from tests.api.test_events import committed as committed
from tests.loan_factories import LoanFactory

ANOTHER_KEY = bytes(range(32))
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def cursor_of(page: dict[str, Any]) -> str:
    return str(page["next"]).partition("cursor=")[2].partition("&")[0]


@pytest.fixture
def cursor(stage: Stage) -> str:
    """The cursor of the second page of loans, one a page."""
    for _ in range(3):
        LoanFactory(application__bank=stage.scene.bank)
    return cursor_of(stage.bank.get("loans/?limit=1&mode=special"))


def refused(caller: Caller, address: str) -> None:
    assert [one["field"] for one in caller.get(address, status=400)["errors"]] == ["cursor"], address


def test_a_cursor_is_good_on_its_list_with_its_filters_for_its_institution_alone(stage: Stage, cursor: str) -> None:
    assert stage.bank.get(f"loans/?limit=2&mode=special&cursor={cursor}")["results"]  # how long pages are is free
    for address in (
        "loans/?", "loans/?mode=trust&", "loans/?mode=special&ordering=created&", "applications/?mode=special&", "movements/?", "events/?",
    ):  # fmt: skip
        refused(stage.bank, f"{address}cursor={cursor}")
    refused(stage.other, f"loans/?mode=special&cursor={cursor}")


def test_another_program_of_the_institution_goes_on_where_the_first_one_stopped(stage: Stage, cursor: str) -> None:
    successor = Caller.of(Institution.objects.get(pk=stage.scene.bank.pk), name="新核心系统")
    assert successor.client.pk != stage.bank.client.pk
    assert ApiClient.objects.filter(member__institution=stage.scene.bank).count() == 2
    assert successor.get(f"loans/?mode=special&cursor={cursor}")["results"]


@pytest.mark.parametrize("address", ["loans/?cursor=", "events/?cursor=", "loans/?cursor=e30", "events/?cursor=WzEsMF0"])
def test_an_empty_or_homemade_cursor_does_not_start_again(stage: Stage, address: str) -> None:
    refused(stage.bank, address)


def test_a_cursor_tells_nothing_of_what_is_inside_and_is_the_same_for_the_same_page(stage: Stage, cursor: str) -> None:
    plain = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
        json.loads(plain)
    assert cursor_of(stage.bank.get("loans/?limit=1&mode=special")) == cursor


def test_every_character_of_a_cursor_counts(stage: Stage, cursor: str) -> None:
    for place in range(0, len(cursor) - 1, 7):
        other = "A" if cursor[place] != "A" else "B"
        refused(stage.bank, f"loans/?mode=special&cursor={cursor[:place]}{other}{cursor[place + 1 :]}")


def test_cursors_outlive_a_new_key_while_the_old_one_is_kept(stage: Stage, cursor: str, settings: Any) -> None:
    ours = settings.CURSOR_KEYS
    settings.CURSOR_KEYS = [ANOTHER_KEY, *ours]
    assert stage.bank.get(f"loans/?mode=special&cursor={cursor}")["results"]
    assert cursor_of(stage.bank.get("loans/?limit=1&mode=special")) != cursor
    settings.CURSOR_KEYS = [ANOTHER_KEY]
    refused(stage.bank, f"loans/?mode=special&cursor={cursor}")


def test_a_place_is_good_on_every_list_of_the_institution_and_for_no_other(stage: Stage, cursor: str) -> None:
    place = stage.bank.get("loans/?changes_after=start")["place"]
    assert stage.bank.get(f"movements/?changes_after={place}")["results"] == []
    assert stage.other.get(f"loans/?changes_after={place}", status=400)["errors"][0]["field"] == "changes_after"


def test_an_event_has_one_identifier_in_feed_and_message_and_it_counts_nothing(committed: Stage) -> None:
    webhook = Webhook(client=committed.bank.client, url="https://bank.example/x", transaction=1, created_at="2024-03-01T00:00:00Z")
    put_new_secret(webhook)
    webhook.save()
    committed.signed()
    told = [event["id"] for event in committed.bank.get("events/?limit=200")["results"]]
    assert told
    assert all(UUID.fullmatch(one) for one in told)
    assert told == [event["id"] for event in committed.bank.get("events/?limit=200")["results"]]
    send_to(webhook.pk, at=Event.objects.latest("pk").recorded_at, limit=0)
    sent = [json.loads(body)["data"]["id"] for body in webhook.messages.order_by("pk").values_list("body", flat=True)]
    assert set(sent) <= set(told)
    assert len(sent) == len(set(sent)) > 5
