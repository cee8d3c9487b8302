"""A reader of the feed whose fund was restored from a backup: goes on without passing over anything, or is told that it cannot."""

from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from api.cursors import Bound
from api.feed_positions import FeedPosition
from api.models import FeedEpoch, Webhook
from api.services.webhooks import send_to
from api.webhook_secrets import put_new_secret
from audit.models import Event
from tests.api.bank import Stage, make_stage
from tests.loan_factories import noon

DAY = noon(date(2024, 3, 1))


@pytest.fixture
def committed(transactional_db: None, settings: Any, tmp_path: Any) -> Iterator[Stage]:
    settings.MEDIA_ROOT = tmp_path
    made, traveller = make_stage()
    yield made
    traveller.stop()


def restart() -> None:
    call_command("restart_feed", stdout=StringIO())


def read(stage: Stage, cursor: str = "", **given: Any) -> Any:
    return stage.bank.get("events/?limit=200" + (f"&cursor={cursor}" if cursor else ""), **given)


def bound(stage: Stage) -> Bound:
    """Return where cursors of the bank's feed are good."""
    return Bound(kind="feed", institution=stage.scene.bank.pk, where="/api/v1/events/ []")


def as_if_from_another_cluster() -> None:
    """Give the log and the epoch what a copy restored elsewhere has: a database that counts transactions from the beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE audit_event SET transaction = transaction + 1000000000")
        cursor.execute("UPDATE api_feedepoch SET cluster = '7000000000000000000'")
        cursor.execute("UPDATE api_webhook SET transaction = transaction + 1000000000")
        cursor.execute("SET session_replication_role = origin")


def moved(stage: Stage, cursor: str) -> str:
    """Return the cursor as that database would have given it."""
    place = FeedPosition.of_cursor(cursor, bound(stage))
    return FeedPosition(place.transaction + 10**9, place.event, place.epoch).as_cursor(bound(stage))


def test_a_restored_copy_tells_nothing_until_somebody_says_that_it_is_complete(committed: Stage) -> None:
    committed.signed()
    as_if_from_another_cluster()
    committed.bank.http.raise_request_exception = False
    assert read(committed, status=503)["code"] == "feed_restoring"
    restart()
    assert len(read(committed)["results"]) >= 8


def test_after_a_restore_elsewhere_everything_is_read_in_order_and_what_comes_after_it(committed: Stage) -> None:
    committed.signed()
    before = [event["id"] for event in read(committed)["results"]]
    as_if_from_another_cluster()
    restart()
    committed.drafted(category="working_capital", amount_requested="1000000.00")
    seen, cursor, more = [], "", True
    while more:
        page = committed.bank.get("events/?limit=3" + (f"&cursor={cursor}" if cursor else ""))
        seen += page["results"]
        cursor, more = page["cursor"], page["has_more"]
    assert [event["id"] for event in seen[: len(before)]] == before
    assert [event["type"] for event in seen[len(before) :]] == ["application.drafted"]
    first, *_, last = Event.objects.order_by("pk").values_list("pk", flat=True)
    assert last > first + 1_000_000  # no number of a lost event is given again, so no identifier
    assert len({event["id"] for event in seen}) == len(seen)
    assert read(committed, cursor)["results"] == []
    committed.drafted(category="working_capital", amount_requested="2000000.00")
    assert [event["type"] for event in read(committed, cursor)["results"]] == ["application.drafted"]


def test_a_cursor_of_before_the_backup_goes_on_without_passing_over_anything(committed: Stage) -> None:
    committed.signed()
    page = committed.bank.get("events/?limit=3")
    rest = [event["id"] for event in read(committed, page["cursor"])["results"]]
    as_if_from_another_cluster()
    restart()
    found = [event["id"] for event in read(committed, moved(committed, page["cursor"]))["results"]]
    assert set(rest) <= set(found)


def test_a_cursor_of_after_the_backup_is_refused_with_one_to_go_on_from(committed: Stage) -> None:
    loan = committed.signed()
    read(committed)
    backup = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
    committed.bank.post(f"loans/{loan['id']}/drawdowns/", committed.movement(), status=201)
    held = read(committed)["cursor"]
    with connection.cursor() as cursor:  # the restore: what came after the backup is gone
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM audit_event WHERE id > %s", [backup])
        cursor.execute("SET session_replication_role = origin")
    restart()
    refused = read(committed, held, status=409)
    assert refused["code"] == "cursor_ahead_of_feed"
    resume = refused["detail"].partition("cursor=")[2].partition(" ")[0]
    assert read(committed, resume)["results"] == []
    committed.drafted(category="working_capital", amount_requested="1000000.00")
    assert [event["type"] for event in read(committed, resume)["results"]] == ["application.drafted"]


def test_a_cursor_the_log_has_not_reached_is_refused_even_where_nobody_restarted_the_feed(committed: Stage) -> None:
    held = FeedPosition.of_cursor(read(committed)["cursor"], bound(committed))
    assert (
        read(committed, FeedPosition(held.transaction + 10**6, 0, 1).as_cursor(bound(committed)), status=409)["code"]
        == "cursor_ahead_of_feed"
    )
    assert read(committed, FeedPosition(5, 0, 9).as_cursor(bound(committed)), status=409)["code"] == "cursor_ahead_of_feed"


def test_subscriptions_go_on_where_the_restored_log_says_they_were(committed: Stage, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = ()
    found = committed.bank.post("webhooks/", {"url": "https://203.0.113.9/x"}, status=400)
    assert found["code"] == "webhook_address_refused"
    webhook = Webhook.objects.create(client=committed.bank.client, url="https://bank.example/x", transaction=1, created_at=DAY)
    put_new_secret(webhook)
    webhook.save()
    committed.signed()
    send_to(webhook.pk, at=DAY, limit=0)
    queued = webhook.messages.count()
    committed.drafted(category="working_capital", amount_requested="1000000.00")
    as_if_from_another_cluster()
    restart()
    committed.drafted(category="working_capital", amount_requested="2000000.00")
    send_to(webhook.pk, at=DAY, limit=0)
    assert webhook.messages.count() == queued + 2
    assert Webhook.objects.get(pk=webhook.pk).epoch == FeedEpoch.objects.order_by("-number")[0].number == 2


def test_restarting_is_in_the_log(committed: Stage) -> None:
    restart()
    restart()
    assert [event.after["first_event"] for event in Event.objects.filter(verb="feed.restarted").order_by("pk")] == list(
        FeedEpoch.objects.order_by("number").values_list("first_event", flat=True)[1:]
    )
