"""Twice is once: keys, lost answers, the bank's own references, four at once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from simulator.bank import movement
from simulator.checks.access import fresh
from simulator.report import promised, refused, same, true
from simulator.run import Run

AREA = "idempotency"


def drawn(run: Run, bank_reference: str) -> int:
    """Return how many movements are recorded under a reference."""
    return len(run.line.every("movements/", bank_reference=bank_reference))


@promised(AREA, "a write without a key, or with a bad one, is refused")
def no_key(run: Run) -> None:
    refused(run.line.send("POST", "intents/", content=b"{}", Content_Type="application/json"), 400, "idempotency_key_missing")
    refused(run.line.post("intents/", {}, key="k" * 129), 400, "idempotency_key_missing")


@promised(AREA, "the same key and body give the stored answer, and say so; another body under the key is 422")
def same_key(run: Run) -> None:
    key, asked = str(uuid4()), movement("100000.00")
    path = f"loans/{run.case['id']}/drawdowns/"
    first, second = (run.line.post(path, asked, key=key) for _ in range(2))
    same((first.status, first.is_repeat, second.status, second.is_repeat), (201, False, 201, True), "status and header, twice")
    same(second.text, first.text, "the stored answer")
    refused(run.line.post(path, asked | {"amount": "100001.00"}, key=key), 422, "idempotency_key_reused")
    same(drawn(run, asked["bank_reference"]), 1, "drawdowns recorded")


@promised(AREA, "a refusal is not kept: the key may be used for the mended request")
def refusals(run: Run) -> None:
    key = str(uuid4())
    refused(run.line.post("intents/", {"entry_id": "x"}, key=key), 400)
    same(run.line.post("intents/", {"entry_id": run.application["entry_id"]}, key=key).status, 201, "mended request")


@promised(AREA, "a write whose answer was lost is done once when asked again")
def lost_answer(run: Run) -> None:
    key, asked = str(uuid4()), movement("100000.00")
    path = f"loans/{run.case['id']}/drawdowns/"
    run.line.post_and_hang_up(path, asked, key=key)
    same(run.line.post(path, asked, key=key).status, 201, "asked again")
    same(drawn(run, asked["bank_reference"]), 1, "drawdowns recorded")


@promised(AREA, "under another key the bank's own reference finds what was recorded")
def natural_key(run: Run) -> None:
    asked = movement("100000.00")
    path = f"loans/{run.case['id']}/drawdowns/"
    found = {run.line.write(path, asked)["id"] for _ in range(3)}
    same(len(found), 1, "different movements")
    refused(run.line.post(path, asked | {"amount": "100000.01"}), 409, "reference_reused")


@promised(AREA, "four at once under one key record one")
def at_once(run: Run) -> None:
    key, asked = str(uuid4()), movement("100000.00")
    path = f"loans/{run.case['id']}/drawdowns/"
    lines = [fresh(run.line) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda line: line.post(path, asked, key=key), lines))
    true({answer.status for answer in answers} <= {201, 409}, f"statuses {[answer.status for answer in answers]}")
    same(len({answer.body["id"] for answer in answers if answer.status == 201}), 1, "different answers")
    same(drawn(run, asked["bank_reference"]), 1, "drawdowns recorded")
