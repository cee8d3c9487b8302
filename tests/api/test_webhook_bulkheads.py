"""A receiver that hangs holds up nobody: one delivery at a time per address, nothing locked and no transaction open while it is called."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from api.models import Webhook, WebhookMessage
from api.services import webhooks as service
from api.services.webhooks import REFUSALS_LIKE_SILENCE, SILENT_WAITS, send_to, webhooks_at_work
from api.tasks import send_events, send_events_to
from api.webhook_calls import Called
from audit.models import Event
from audit.sealing import seal_events
from audit.services import record
from parties.selectors import system_member
from risk.tasks import pay_due_claims
from tests.api.bank import Stage, make_stage
from tests.factories import seeded_district

SILENT = Called(error="ReadTimeoutError：接收地址无应答。", is_silent=True)


@pytest.fixture
def committed(transactional_db: None, settings: Any, tmp_path: Any) -> Iterator[Stage]:
    settings.MEDIA_ROOT = tmp_path
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    made, traveller = make_stage()
    yield made
    traveller.stop()


def subscribed(stage: Stage, path: str = "hook") -> Webhook:
    said = stage.bank.post("webhooks/", {"url": f"http://127.0.0.1:9/{path}"}, status=201)
    return Webhook.objects.get(public_id=said["id"])


def waiting(webhook: Webhook, count: int, *, at: datetime) -> None:
    """Put that many messages about different objects into its outbox."""
    WebhookMessage.objects.bulk_create(
        [WebhookMessage(webhook=webhook, event=-number, object_id=f"{number}", body="{}", due_at=at) for number in range(1, count + 1)]
    )


class Calls:
    """What was called, and what is done while the receiver keeps us waiting."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, answer: Called = SILENT, meanwhile: Any = None) -> None:
        self.urls: list[str] = []
        self.answer, self.meanwhile = answer, meanwhile
        monkeypatch.setattr(service, "call", self)

    def __call__(self, **given: Any) -> Called:
        self.urls.append(given["url"])
        if self.meanwhile:
            self.meanwhile()
        return self.answer


def test_three_hang_with_two_thousand_waiting_and_money_and_seals_go_on(committed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a receiver is waited for, the log can be sealed to its last event and the queue of claims is paid; each is asked once."""
    hanging = [subscribed(committed, path) for path in ("a", "b", "c")]
    for webhook in hanging:
        waiting(webhook, 2000, at=timezone.now())
    other = connection.copy()
    left: list[int] = []

    def meanwhile() -> None:
        assert not connection.in_atomic_block
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM (SELECT 1 FROM api_webhook FOR UPDATE NOWAIT) AS free")
            cursor.execute("SELECT count(*) FROM (SELECT 1 FROM api_webhookmessage FOR UPDATE NOWAIT) AS free")
        record(verb="tested", obj=seeded_district(), actor=system_member(), occurred_at=timezone.now())
        seal_events(at=timezone.now())
        left.append(Event.objects.filter(seal__isnull=True).count())
        pay_due_claims()

    calls = Calls(monkeypatch, meanwhile=meanwhile)
    send_events()
    send_events()  # the clock's next message, five seconds later
    other.close()
    assert sorted(calls.urls) == sorted(webhook.url for webhook in hanging)
    assert left == [0, 0, 0]
    assert webhooks_at_work(at=timezone.now()) == []


def test_while_one_sends_no_other_does(committed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook, calm = subscribed(committed), subscribed(committed, "calm")
    waiting(webhook, 3, at=timezone.now())
    seen: list[list[int]] = []

    def meanwhile() -> None:
        seen.append(webhooks_at_work(at=timezone.now()))
        assert send_events_to(webhook.pk) == 0

    calls = Calls(monkeypatch, answer=Called(), meanwhile=meanwhile)
    assert send_to(webhook.pk, at=timezone.now()) == 3
    assert len(calls.urls) == 3
    assert seen == [[calm.pk]] * 3
    assert webhooks_at_work(at=timezone.now()) == [webhook.pk, calm.pk]


def test_who_lost_the_lease_sends_no_more(committed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that stood still for longer than its lease meets another's: it notes what it sent, stops, and leaves the other's alone."""
    webhook = subscribed(committed)
    waiting(webhook, 3, at=timezone.now())
    others = datetime(2100, 1, 1, tzinfo=UTC)
    calls = Calls(monkeypatch, answer=Called(), meanwhile=lambda: Webhook.objects.update(leased_until=others))
    assert send_to(webhook.pk, at=timezone.now()) == 1
    assert len(calls.urls) == 1
    assert Webhook.objects.get().leased_until == others


def test_what_a_dead_worker_held_is_free_after_its_lease(committed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the database's clock: a worker whose own is ahead frees nothing."""
    webhook = subscribed(committed)
    waiting(webhook, 1, at=timezone.now())
    Calls(monkeypatch, answer=Called())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_webhook SET leased_until = clock_timestamp() + interval '1 minute'")
        assert send_to(webhook.pk, at=timezone.now() + timedelta(minutes=10)) == 0
        cursor.execute("UPDATE api_webhook SET leased_until = clock_timestamp() - interval '1 second'")
    assert send_to(webhook.pk, at=timezone.now()) == 1


def test_a_silent_receiver_is_left_alone_for_longer_each_time(committed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = subscribed(committed)
    waiting(webhook, 50, at=timezone.now())
    calls, at, waits = Calls(monkeypatch), timezone.now(), []
    for _ in range(len(SILENT_WAITS) + 1):
        assert send_to(webhook.pk, at=at) == 0
        due_at = Webhook.objects.get().due_at
        assert due_at
        assert send_to(webhook.pk, at=due_at - timedelta(milliseconds=1)) == 0
        waits.append(due_at - at)
        at = due_at
    assert waits == [*SILENT_WAITS, SILENT_WAITS[-1]]
    assert len(calls.urls) == len(waits)
    calls.answer = Called()
    assert send_to(webhook.pk, at=at) > 40
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.due_at, webhook.failing_since) == (0, None, None)


def test_one_refused_message_holds_up_no_other_and_three_in_a_row_are_like_silence(
    committed: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = subscribed(committed)
    waiting(webhook, 10, at=timezone.now())
    calls = Calls(monkeypatch, answer=Called(error="接收地址返回 500。"))
    assert send_to(webhook.pk, at=timezone.now()) == 0
    assert len(calls.urls) == REFUSALS_LIKE_SILENCE
    assert Webhook.objects.get().due_at


def test_a_subscription_that_is_ended_during_a_call_ends_it(committed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = subscribed(committed)
    waiting(webhook, 3, at=timezone.now())

    def end() -> None:
        with transaction.atomic():
            Webhook.objects.all().delete()

    calls = Calls(monkeypatch, answer=Called(), meanwhile=end)
    assert send_to(webhook.pk, at=timezone.now()) == 1
    assert len(calls.urls) == 1
