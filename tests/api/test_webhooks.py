"""Webhooks: signed, in order, tried again, disabled with a notice; no address we must not call."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from urllib3 import HTTPResponse

from api.models import Webhook, WebhookMessage
from api.schema_webhook import MESSAGE
from api.services.webhooks import GIVE_UP_AFTER, WAITS, forget_sent_messages, send_to
from api.tasks import send_events_to
from api.webhook_calls import AddressRefused, Called, call, checked_address, is_callable
from notices.models import Notice
from tests.api.bank import Stage, make_stage
from tests.loan_factories import noon

AT = noon(date(2024, 3, 1))


@dataclass
class Receiver:
    """A bank's own server: answers with the statuses given, then 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = kept.statuses.pop(0) if kept.statuses else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook?bank=1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture
def committed(transactional_db: None, settings: Any, tmp_path: Any) -> Iterator[Stage]:
    settings.MEDIA_ROOT = tmp_path
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    made, traveller = make_stage()
    yield made
    traveller.stop()


def subscribed(stage: Stage, receiver: Receiver, **asked: Any) -> tuple[Webhook, dict[str, Any]]:
    said = stage.bank.post("webhooks/", {"url": receiver.url} | asked, status=201)
    return Webhook.objects.get(public_id=said["id"]), said


def test_events_from_now_on_arrive_signed_once_and_in_order(committed: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    committed.drafted()
    webhook, said = subscribed(committed, receiver)
    found = committed.with_papers(committed.drafted(category="working_capital", amount_requested="1000000.00"))
    committed.step(found, "submit")
    committed.step(found, "accept")
    assert send_to(webhook.pk, at=AT) == 3
    assert receiver.types == ["application.drafted", "application.submitted", "application.accepted"]
    headers, body = receiver.got[1]
    monkeypatch.setattr("standardwebhooks.webhooks.Webhook._Webhook__verify_timestamp", lambda self, given: AT.astimezone(UTC))
    assert Verifier(said["secret"]).verify(body, headers)["data"]["object"]["id"] == found["id"]
    (fed,) = committed.bank.get("events/?types=application.submitted")["results"]
    assert json.loads(body) == {"type": fed["type"], "timestamp": fed["recorded_at"], "data": fed}
    assert set(MESSAGE["required"]) == set(json.loads(body))
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert headers["host"] == receiver.url.split("/")[2]
    assert send_to(webhook.pk, at=AT) == 0
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 3


def test_a_failed_message_holds_up_its_object_only_and_comes_again_under_its_id(committed: Stage, receiver: Receiver) -> None:
    webhook, _ = subscribed(committed, receiver)
    first = committed.with_papers(committed.drafted())
    committed.drafted(category="working_capital", amount_requested="1000000.00")
    committed.step(first, "submit")
    receiver.statuses = [500]
    assert send_to(webhook.pk, at=AT) == 1
    assert receiver.types == ["application.drafted", "application.drafted"]
    assert send_to(webhook.pk, at=AT + WAITS[0] / 2) == 0
    assert send_to(webhook.pk, at=AT + WAITS[0]) == 2
    assert receiver.types[2:] == ["application.drafted", "application.submitted"]
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids[0] == ids[2]
    assert receiver.got[0][1] == receiver.got[2][1]


def test_waits_grow_and_days_of_failure_disable_with_a_notice(committed: Stage, receiver: Receiver) -> None:
    webhook, _ = subscribed(committed, receiver)
    committed.drafted()
    at, waits = AT, []
    receiver.statuses = [500] * 50
    while not Webhook.objects.get(pk=webhook.pk).disabled_at:
        send_to(webhook.pk, at=at)
        due_at = WebhookMessage.objects.get().due_at
        waits.append(due_at - at)
        at = due_at
    assert waits[: len(WAITS)] == list(WAITS)
    assert waits == sorted(waits)
    assert at - AT >= GIVE_UP_AFTER
    notice = Notice.objects.get(kind="webhook_disabled")
    assert (notice.institution_id, notice.is_urgent) == (committed.scene.bank.pk, True)
    tries = len(receiver.got)
    assert send_to(webhook.pk, at=at + timedelta(days=1)) == 0
    assert len(receiver.got) == tries
    receiver.statuses = []
    committed.drafted(category="working_capital", amount_requested="1000000.00")
    assert committed.bank.post(f"webhooks/{webhook.public_id}/enable/")["is_enabled"] is True
    assert send_to(webhook.pk, at=at + timedelta(days=1)) == 2


def test_a_success_ends_the_count_of_days(committed: Stage, receiver: Receiver) -> None:
    webhook, _ = subscribed(committed, receiver)
    committed.drafted()
    receiver.statuses = [500]
    send_to(webhook.pk, at=AT)
    webhook.refresh_from_db()
    assert webhook.failing_since == AT
    send_to(webhook.pk, at=AT + WAITS[0])
    webhook.refresh_from_db()
    assert webhook.failing_since is None


@pytest.mark.parametrize(("status", "disabled"), [(410, True), (404, False), (302, False)])
def test_gone_disables_at_once_and_a_redirect_is_not_followed(committed: Stage, receiver: Receiver, status: int, disabled: bool) -> None:
    webhook, _ = subscribed(committed, receiver)
    committed.drafted()
    receiver.statuses = [status]
    assert send_to(webhook.pk, at=AT) == 0
    webhook.refresh_from_db()
    assert (webhook.disabled_at is not None, len(receiver.got)) == (disabled, 1)


def test_a_worker_killed_while_it_calls_leaves_a_message_that_comes_again(
    committed: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = subscribed(committed, receiver)
    committed.drafted()

    def killed(**kwargs: Any) -> Called:
        raise SystemExit

    monkeypatch.setattr("api.services.webhooks.call", killed)
    with pytest.raises(SystemExit):
        send_to(webhook.pk, at=AT)
    monkeypatch.undo()
    assert send_to(webhook.pk, at=AT + timedelta(minutes=1)) == 0
    assert send_to(webhook.pk, at=AT + timedelta(minutes=3)) == 1


def test_two_workers_at_once_send_each_message_once(committed: Stage, receiver: Receiver) -> None:
    webhook, _ = subscribed(committed, receiver)
    for amount in range(6):
        committed.drafted(amount_requested=f"{amount + 1}.00")

    def work() -> None:
        try:
            send_to(webhook.pk, at=AT)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(headers["webhook-id"] for headers, _ in receiver.got) == sorted(
        str(one) for one in WebhookMessage.objects.values_list("public_id", flat=True)
    )


def test_types_secret_and_end_of_a_subscription(committed: Stage, receiver: Receiver) -> None:
    webhook, said = subscribed(committed, receiver, types=["application.submitted"])
    committed.drafted()
    assert send_to(webhook.pk, at=AT) == 0
    renewed = committed.bank.post(f"webhooks/{webhook.public_id}/renew-secret/")
    assert renewed["secret"] != said["secret"]
    assert "secret" not in committed.bank.get("webhooks/")["results"][0]
    assert subscribed(committed, receiver, types=[])[0].pk == webhook.pk
    committed.other.post(f"webhooks/{webhook.public_id}/remove/", status=404)
    committed.bank.post(f"webhooks/{webhook.public_id}/remove/")
    assert committed.bank.get("webhooks/")["results"] == []


def test_messages_that_arrived_long_ago_are_deleted(committed: Stage, receiver: Receiver) -> None:
    webhook, _ = subscribed(committed, receiver)
    committed.drafted()
    send_to(webhook.pk, at=AT)
    assert forget_sent_messages(at=AT + timedelta(days=29)) == 0
    assert forget_sent_messages(at=AT + timedelta(days=31)) == 1


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "127.0.0.1", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255",
        "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_called(settings: Any, address: str) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    assert not is_callable(ip_address(address))
    bracketed = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        checked_address(f"https://{bracketed}/hook")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0", "0x0a000001", "167772161", "localhost", "[::]"])
def test_addresses_inside_are_not_called_however_they_are_written(settings: Any, host: str) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    with pytest.raises(AddressRefused):
        checked_address(f"https://{host}/hook")


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1"])
def test_addresses_of_the_open_internet_are_called_over_https_only(settings: Any, address: str) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    bracketed = f"[{address}]" if ":" in address else address
    assert checked_address(f"https://{bracketed}/hook")[1] == address
    with pytest.raises(AddressRefused):
        checked_address(f"http://{bracketed}/hook")


def test_a_network_the_operator_allowed_is_called(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("10.8.0.0/16")]
    assert checked_address("http://10.8.1.2/hook")[1] == "10.8.1.2"
    with pytest.raises(AddressRefused):
        checked_address("http://10.9.1.2/hook")


@pytest.mark.parametrize(
    "url", ["ftp://8.8.8.8/", "https://user:secret@8.8.8.8/", "https:///hook", "https://8.8.8.8:99999/", "https://8.8.8.8/#x", "gopher://x"]
)
def test_addresses_that_are_none_are_refused(settings: Any, url: str) -> None:
    with pytest.raises(AddressRefused):
        checked_address(url)


def test_a_name_that_points_inside_is_refused_also_where_it_points_outside_too(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    told = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr("api.webhook_calls.socket.getaddrinfo", lambda *args, **kwargs: told)
    with pytest.raises(AddressRefused):
        checked_address("https://rebinding.example/hook")
    called = call(url="https://rebinding.example/hook", secret="whsec_c2VjcmV0", message_id="1", body="{}", at=AT)
    assert "内网" in called.error


def test_the_interface_refuses_such_addresses_and_unknown_types(stage: Stage, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    refused = stage.bank.post("webhooks/", {"url": "http://169.254.169.254/latest/meta-data/"}, status=400)
    assert refused["code"] == "webhook_address_refused"
    assert stage.bank.post("webhooks/", {"url": "https://8.8.8.8/", "types": ["colour"]}, status=400)["errors"]


@dataclass
class Line:
    """A pool that notes where it goes and what it carries."""

    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    raises: BaseException | None = None

    def pool(self, parts: Any, address: str) -> "Line":
        self.address = address
        return self

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *args: object) -> None:
        pass

    def urlopen(self, method: str, target: str, *, body: bytes, headers: dict[str, str], redirect: bool, **options: Any) -> Any:
        assert not redirect
        if self.raises is not None:
            raise self.raises
        self.sent.append((self.address, headers, body))
        return HTTPResponse(status=204)


def test_the_signature_is_that_of_the_specifications_own_example(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Source: Standard Webhooks, reference vector."""
    line = Line()
    monkeypatch.setattr("api.webhook_calls._pool", line.pool)
    moment = datetime.fromtimestamp(1614265330, UTC)
    said = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek"}
    assert call(url="https://8.8.8.8/x", body='{"test": 2432232314}', at=moment, **said) == Called()
    ((_, headers, body),) = line.sent
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert body == b'{"test": 2432232314}'


def test_a_name_is_looked_up_once_so_that_it_cannot_turn_inside_after_the_check(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    line, told = Line(), [["8.8.8.8"], ["10.0.0.1"]]
    monkeypatch.setattr("api.webhook_calls._pool", line.pool)
    monkeypatch.setattr("api.webhook_calls.socket.getaddrinfo", lambda *args, **kwargs: [(2, 1, 6, "", (ip, 443)) for ip in told.pop(0)])
    assert call(url="https://rebinding.example/hook", secret="whsec_c2VjcmV0", message_id="1", body="{}", at=AT) == Called()
    assert [address for address, _, _ in line.sent] == ["8.8.8.8"]
    assert told == [["10.0.0.1"]]


def test_a_receiver_that_lets_its_answer_drip_in_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.webhook_calls._pool", Line(raises=SoftTimeLimitExceeded()).pool)
    assert "过慢" in call(url="https://8.8.8.8/x", secret="whsec_c2VjcmV0", message_id="1", body="{}", at=AT).error


def test_each_message_is_signed_with_a_moment_receivers_still_accept(committed: Stage, receiver: Receiver) -> None:
    """Standard Webhooks receivers refuse a timestamp older than five minutes; slow answers must not age the messages behind them."""
    webhook, _ = subscribed(committed, receiver)
    committed.signed()
    moments: list[datetime] = []

    def slow(**given: Any) -> Called:
        moments.append(given["at"])
        committed.clock.shift(timedelta(seconds=19))
        assert timezone.now() - given["at"] < timedelta(minutes=5)
        return Called()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.services.webhooks.call", slow)
        assert send_events_to(webhook.pk) == len(moments) >= 8
