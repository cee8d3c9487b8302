"""Twice is once."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from api.models import KeptAnswer
from api.services.repeats import KEPT_FOR, Answer, KeyInUse, answer_once, forget_old_answers
from audit.models import Event
from loans.models import Application, Movement
from tests.api.bank import Stage, make_stage
from tests.api.caller import Caller, issued
from tests.factories import InstitutionFactory


def test_the_same_key_and_body_gives_the_kept_answer_and_does_nothing(stage: Stage) -> None:
    loan = stage.signed()
    address, sent = f"loans/{loan['id']}/drawdowns/", stage.movement()
    first = stage.bank.response(address, sent, key="k-1")
    events = Event.objects.count()
    again = stage.bank.response(address, sent, key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert (Movement.objects.count(), Event.objects.count()) == (1, events)


def test_the_same_key_with_another_body_or_address_is_422(stage: Stage) -> None:
    loan = stage.signed()
    stage.bank.post(f"loans/{loan['id']}/drawdowns/", stage.movement(), key="k-1", status=201)
    other = stage.bank.post(f"loans/{loan['id']}/drawdowns/", stage.movement("2.00"), key="k-1", status=422)
    assert other["code"] == "idempotency_key_reused"
    stage.bank.post(f"loans/{loan['id']}/repayments/", stage.movement(), key="k-1", status=422)
    assert Movement.objects.count() == 1


def test_a_key_is_the_clients_own(stage: Stage) -> None:
    entry = {"entry_id": str(stage.scene.entry.public_id)}
    stage.bank.post("intents/", entry, key="k-1", status=201)
    second = Caller.of(stage.scene.bank, name="第二套系统")
    second.post("intents/", entry, key="k-1", status=201)
    assert KeptAnswer.objects.filter(key="k-1").count() == 2


@pytest.mark.parametrize("key", ["", "一", "a b", "x" * 129])
def test_every_write_needs_a_key(stage: Stage, key: str) -> None:
    headers = stage.bank.headers | ({"idempotency-key": key.encode().decode("latin-1")} if key else {})
    answer = stage.bank.http.post("/api/v1/intents/", data="{}", content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_every_post_of_the_interface_asks_for_a_key(stage: Stage) -> None:
    schema = stage.bank.http.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    posts = [(path, item["post"]) for path, item in schema["paths"].items() if "post" in item]
    asked = {path for path, post in posts if any(p["name"] == "Idempotency-Key" for p in post.get("parameters", []))}
    assert {path for path, _ in posts} - asked == {path for path, _ in posts if path.startswith(("/api/v1/calculators/", "/api/v1/oauth/"))}


def test_a_refusal_is_not_kept_so_a_repeat_is_judged_anew(stage: Stage) -> None:
    found = stage.drafted()
    refused = stage.bank.post(f"applications/{found['id']}/submit/", {}, key="k-1", status=409)
    assert refused["code"] == "submission_incomplete"
    stage.with_papers(found)
    assert stage.bank.post(f"applications/{found['id']}/submit/", {}, key="k-1")["state"] == "submitted"


def test_a_refusal_leaves_no_trace(stage: Stage) -> None:
    loan = stage.signed()
    before = (Event.objects.count(), KeptAnswer.objects.count())
    stage.bank.post(f"loans/{loan['id']}/drawdowns/", stage.movement("10000000.01"), status=409)
    assert (Event.objects.count(), KeptAnswer.objects.count(), Movement.objects.count()) == (*before, 0)


def test_the_banks_own_number_catches_what_keys_miss(stage: Stage) -> None:
    first = stage.drafted(bank_reference="SQ-1")
    assert stage.drafted(bank_reference="SQ-1")["id"] == first["id"]
    assert Application.objects.count() == 1
    wanted = {"entry_id": first["entry_id"], "mode": "special", "category": "fixed_asset", "security": "secured"}
    other = wanted | {"amount_requested": "1.00", "term_months": 60, "purpose": "购置设备", "bank_reference": "SQ-1"}
    assert stage.bank.post("applications/", other, status=409)["code"] == "reference_taken"


def test_a_movement_under_a_known_reference_is_the_known_movement(stage: Stage) -> None:
    loan = stage.signed()
    address = f"loans/{loan['id']}/drawdowns/"
    first, again = (stage.bank.post(address, stage.movement(), status=201) for _ in range(2))
    assert first == again
    assert stage.bank.post(address, stage.movement("2.00"), status=409)["code"] == "reference_reused"


def test_answers_are_kept_for_at_least_ninety_days(stage: Stage) -> None:
    assert timedelta(days=90) <= KEPT_FOR
    entry = {"entry_id": str(stage.scene.entry.public_id)}
    stage.bank.post("intents/", entry, key="k-1", status=201)
    assert forget_old_answers(at=timezone.now() + timedelta(days=90)) == 0
    assert forget_old_answers(at=timezone.now() + KEPT_FOR + timedelta(days=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_under_way_is_409() -> None:
    client = issued(InstitutionFactory()).client
    asked: dict[str, Any] = {"client": client, "key": "k-1", "request_sha256": "0" * 64, "at": timezone.now()}
    began, may_end, found = threading.Event(), threading.Event(), []

    def slow() -> Answer:
        began.set()
        may_end.wait(10)
        return Answer(status=200, body="{}")

    def first() -> None:
        try:
            found.append(answer_once(**asked, answer=slow))
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    began.wait(10)
    with pytest.raises(KeyInUse):
        answer_once(**asked, answer=lambda: Answer(status=200, body="never"))
    may_end.set()
    thread.join()
    assert not found[0].is_repeat
    again = answer_once(**asked, answer=lambda: Answer(status=200, body="never"))
    assert (again.body, again.is_repeat) == ("{}", True)


@pytest.mark.django_db(transaction=True)
def test_a_write_killed_before_its_commit_is_as_never_asked(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    stage, traveller = make_stage()
    try:
        sent, key = {"entry_id": str(stage.scene.entry.public_id)}, str(uuid4())
        with transaction.atomic():
            stage.bank.post("intents/", sent, key=key, status=201)
            transaction.set_rollback(True)
        assert not KeptAnswer.objects.exists()
        answer = stage.bank.response("intents/", sent, key=key)
        assert (answer.status_code, "Idempotent-Replayed" in answer) == (201, False)
    finally:
        traveller.stop()


def test_a_key_in_use_says_when_to_ask_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(**_: Any) -> Answer:
        raise KeyInUse(key="k-1")

    monkeypatch.setattr("api.v1.base.answer_once", taken)
    refused = stage.bank.response("intents/", {"entry_id": str(stage.scene.entry.public_id)}, key="k-1")
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (409, "idempotency_key_in_use", "1")
