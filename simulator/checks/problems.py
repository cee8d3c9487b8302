"""Refusals: always a problem document, always telling what to mend."""

from simulator.report import promised, refused, same, true
from simulator.run import Run

AREA = "problem details"
NOBODY = "00000000-0000-4000-8000-000000000000"


@promised(AREA, "an address that is none, or an object that is none, is 404")
def nothing_here(run: Run) -> None:
    for path in ("no-such-thing/", f"loans/{NOBODY}/", f"applications/{NOBODY}/", "loans/not-a-uuid/"):
        refused(run.line.get(path), 404)
    refused(run.line.post(f"loans/{NOBODY}/drawdowns/", {"amount": "1.00", "value_on": "2024-01-05", "bank_reference": "X"}), 404)


@promised(AREA, "what is no JSON, or ambiguous JSON, is 400")
def bad_json(run: Run) -> None:
    for content in (b"{", b'{"a":NaN}', b'{"a":1,"a":2}', b"\xff\xfe"):
        refused(run.line.send("POST", "intents/", content=content, Content_Type="application/json", Idempotency_Key="bad-json"), 400)


@promised(AREA, "every field that cannot stand is named")
def fields(run: Run) -> None:
    asked = {"entry_id": "x", "mode": "cash", "amount_requested": 3000000, "term_months": "36", "surprise": 1}
    named = {problem["field"] for problem in refused(run.line.post("applications/", asked), 400)["errors"]}
    same(named, {"surprise"}, "fields named while one is unknown") if named == {"surprise"} else true(
        {"entry_id", "mode", "amount_requested", "term_months"} <= named, f"fields named: {named}"
    )


@promised(AREA, "money is a text; a number, a third decimal place, a sign or zero is refused")
def money(run: Run) -> None:
    for amount in (1.5, 100, "1.005", "-1.00", "0.00", "1e3", "NaN", ""):
        asked = {"amount": amount, "value_on": "2024-01-05", "bank_reference": "X"}
        named = refused(run.line.post(f"loans/{NOBODY}/drawdowns/", asked), 400)["errors"]
        true("amount" in {problem["field"] for problem in named}, f"{amount!r} is refused by its field")


@promised(AREA, "a query parameter that means nothing is refused, on reads and on writes")
def parameters(run: Run) -> None:
    for answer in (run.line.get("loans/", colour="red"), run.line.get("me/", colour="red"), run.line.get(f"loans/{NOBODY}/", colour="red")):
        refused(answer, 400)
    refused(run.line.post(f"loans/{NOBODY}/drawdowns/?dry_run=true", {}), 400)


@promised(AREA, "another method is 405, another format 415")
def methods(run: Run) -> None:
    refused(run.line.send("DELETE", "loans/"), 405)
    refused(run.line.send("PUT", "loans/", content=b"{}", Content_Type="application/json"), 405)
    refused(run.line.send("POST", "intents/", content=b"<a/>", Content_Type="application/xml", Idempotency_Key="an-xml"), 415)
