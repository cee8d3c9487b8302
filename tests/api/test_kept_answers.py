"""Kept answers: under seal in the database, and what a missing key does."""

from typing import Any

import pytest

from api.models import KeptAnswer
from api.services.repeats import Answer, AnswerUnreadable, answer_once
from loans.models import Intent
from tests.api.test_webhooks import AT, Receiver, Stage, committed, receiver

__all__ = ["committed", "receiver"]
NEW_KEY, LOST_KEY = b"n" * 32, b"l" * 32


def test_a_secret_that_is_shown_once_is_kept_under_seal(committed: Stage, receiver: Receiver) -> None:
    first = committed.bank.post("webhooks/", {"url": receiver.url}, key="k-1", status=201)
    kept = KeptAnswer.objects.get()
    assert first["secret"]
    assert (first["secret"] in kept.body, first["id"] in kept.body) == (False, False)
    assert committed.bank.post("webhooks/", {"url": receiver.url}, key="k-1", status=201) == first


def test_an_older_key_still_opens_and_a_missing_one_does_nothing_twice(stage: Stage, settings: Any) -> None:
    entry = {"entry_id": str(stage.scene.entry.public_id)}
    first = stage.bank.post("intents/", entry, key="k-1", status=201)
    ours = settings.ANSWER_KEYS
    settings.ANSWER_KEYS = [NEW_KEY, *ours]
    assert stage.bank.post("intents/", entry, key="k-1", status=201) == first
    settings.ANSWER_KEYS = [LOST_KEY]
    stage.bank.http.raise_request_exception = False  # an operator's trouble is logged as one
    assert stage.bank.post("intents/", entry, key="k-1", status=503)["code"] == "kept_answer_unreadable"
    assert Intent.objects.count() == 1


@pytest.mark.django_db
def test_an_answer_opens_under_its_own_key_only(stage: Stage) -> None:
    client = stage.bank.client
    given = {"client": client, "request_sha256": "0" * 64, "at": AT}
    for key in ("k-1", "k-2"):
        answer_once(**given, key=key, answer=lambda name=key: Answer(status=201, body=name))
    one, other = KeptAnswer.objects.order_by("key")
    KeptAnswer.objects.filter(pk=other.pk).update(body=one.body)
    with pytest.raises(AnswerUnreadable):
        answer_once(**given, key="k-2", answer=lambda: Answer(status=201, body="never"))
