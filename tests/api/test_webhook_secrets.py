"""Secrets of webhooks: which keys they hang on and which not, what a missing key does, and what became of those of before."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from api.models import Webhook, WebhookMessage
from api.services.webhooks import send_to
from api.webhook_secrets import SecretUnreadable, put_new_secret, secret_of
from tests.api.test_webhooks import AT, Receiver, Stage, committed, receiver, subscribed

__all__ = ["committed", "receiver"]
NEW_KEY, LOST_KEY = b"n" * 32, b"l" * 32


def signature_of(receiver: Receiver) -> tuple[str, str]:
    headers, _ = receiver.got[-1]
    return headers["webhook-id"], headers["webhook-signature"]


def test_another_secret_key_changes_no_signature_and_ends_no_cursor(committed: Stage, receiver: Receiver, settings: Any) -> None:
    webhook, _ = subscribed(committed, receiver)
    committed.drafted()
    receiver.statuses = [500]
    send_to(webhook.pk, at=AT)
    before, cursor = signature_of(receiver), committed.bank.get("events/")["cursor"]
    settings.SECRET_KEY = "another-" * 8
    WebhookMessage.objects.update(due_at=AT)
    assert send_to(webhook.pk, at=AT) == 1
    assert signature_of(receiver) == before
    assert committed.bank.get(f"events/?cursor={cursor}")["results"] == []


def test_the_own_key_is_changed_without_the_bank_noticing(committed: Stage, receiver: Receiver, settings: Any, capsys: Any) -> None:
    webhook, said = subscribed(committed, receiver)
    old = settings.WEBHOOK_KEYS
    settings.WEBHOOK_KEYS = [NEW_KEY, *old]
    assert secret_of(webhook) == said["secret"]
    call_command("reseal_webhook_secrets")
    call_command("reseal_webhook_secrets")
    assert ["1 个" in line for line in capsys.readouterr().out.splitlines()] == [True, False]
    settings.WEBHOOK_KEYS = [NEW_KEY]
    assert secret_of(Webhook.objects.get()) == said["secret"]


def test_a_missing_key_sends_nothing_and_is_not_the_receivers_failure(committed: Stage, receiver: Receiver, settings: Any) -> None:
    webhook, _ = subscribed(committed, receiver)
    committed.drafted()
    ours, settings.WEBHOOK_KEYS = settings.WEBHOOK_KEYS, [LOST_KEY]
    with pytest.raises(SecretUnreadable, match="WEBHOOK_KEYS"):
        send_to(webhook.pk, at=AT)
    with pytest.raises(CommandError, match="未作任何更改"):
        call_command("reseal_webhook_secrets")
    webhook.refresh_from_db()
    assert (receiver.got, webhook.failures, webhook.leased_until) == ([], 0, None)
    committed.bank.http.raise_request_exception = False  # an operator's trouble is logged as one
    assert committed.bank.post("webhooks/", {"url": receiver.url}, status=503)["code"] == "webhook_secret_unreadable"
    settings.WEBHOOK_KEYS = ours
    assert send_to(webhook.pk, at=AT) == 1


def test_a_secret_is_stored_sealed_and_for_its_own_row_only(committed: Stage, receiver: Receiver) -> None:
    webhook, said = subscribed(committed, receiver)
    assert said["secret"].removeprefix("whsec_") not in webhook.secret
    other = Webhook(url=receiver.url, secret_number=1)
    put_new_secret(other)
    other.secret = webhook.secret
    with pytest.raises(SecretUnreadable):
        secret_of(other)
