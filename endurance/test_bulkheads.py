"""Three receivers hang 20 s each with 2,000 events waiting: claims are paid and the log is sealed within their period all the same."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.utils import timezone

from api.enums import Scope
from api.models import WebhookMessage
from api.services.webhooks import add_webhook
from audit.models import Event
from audit.services import record
from common.queueing import queue
from jobs.models import Job
from parties.selectors import system_member
from quanzhou_fund.celery import app
from quanzhou_fund.schedule import Queue
from risk.models import Claim
from tests.api.caller import issued
from tests.factories import seeded_district
from tests.risk.scene import Scene, make_scene

HANGS_SECONDS, WATCHED_SECONDS, SEAL_PERIOD, PAY_PERIOD = 20, 75, 60, 300
ENDS_WITHIN = 6 * HANGS_SECONDS  # a worker that ends waits for the calls under way


@pytest.fixture
def hanging() -> Iterator[tuple[str, list[float]]]:
    """The address of a receiver that answers after 20 seconds, and when it was called."""
    called: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            called.append(time.monotonic())
            time.sleep(HANGS_SECONDS)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", called
    server.shutdown()
    server.server_close()


@pytest.fixture
def scene(transactional_db: None, settings: Any) -> Scene:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    return make_scene()


def released_claim(scene: Scene) -> Claim:
    """Return a claim that is released and unpaid, as a release cut off from its payment leaves it."""
    scene.fill_pool(300_000)
    scene.disburse(40_000_000)
    claim = Claim.objects.get(pk=scene.proposed(scene.accepted(scene.bad(scene.loan(1_000_000)))).pk)
    claim.release(by=scene.payers_of(claim)[1])
    claim.save()
    return claim


@pytest.mark.filterwarnings("ignore")
def test_money_and_seals_do_not_wait_for_receivers(scene: Scene, hanging: tuple[str, list[float]]) -> None:
    url, called = hanging
    client = issued(scene.bank, scopes=[Scope.READ]).client
    for name in ("a", "b", "c"):
        webhook = add_webhook(client=client, url=f"{url}/{name}", types=[], at=timezone.now())
        rows = [WebhookMessage(webhook=webhook, event=-n, object_id=f"{n}", body="{}", due_at=timezone.now()) for n in range(1, 2001)]
        WebhookMessage.objects.bulk_create(rows)
    claim = released_claim(scene)
    app.conf.task_always_eager = False
    try:
        with (
            start_worker(app, pool="threads", concurrency=4, queues=[Queue.OUTBOX], perform_ping_check=False, shutdown_timeout=ENDS_WITHIN),
            start_worker(app, pool="threads", concurrency=2, queues=[Queue.MONEY], perform_ping_check=False, shutdown_timeout=ENDS_WITHIN),
        ):
            oldest = watch()
    finally:
        app.conf.task_always_eager = True
    assert len(called) >= 3
    assert oldest < SEAL_PERIOD
    assert Claim.objects.get(pk=claim.pk).state == "paid"
    paid_at = Job.objects.get(name="risk.tasks.pay_due_claims").finished_at
    assert paid_at


def watch() -> float:
    """Let the clock tick as beat does, write an event each second, and return the greatest age of an unsealed one."""
    oldest, began = 0.0, time.monotonic()
    while time.monotonic() - began < WATCHED_SECONDS:
        tick = int(time.monotonic() - began)
        record(verb="tested", obj=seeded_district(), actor=system_member(), occurred_at=timezone.now())
        if tick % 5 == 0:
            queue(app.tasks["api.tasks.send_events"])
        if tick % 10 == 0:
            queue(app.tasks["audit.tasks.seal_events"])
            queue(app.tasks["risk.tasks.pay_due_claims"])
        first = Event.objects.filter(seal__isnull=True).order_by("recorded_at").first()
        if first is not None:
            oldest = max(oldest, (timezone.now() - first.recorded_at).total_seconds())
        time.sleep(1)
    return oldest
