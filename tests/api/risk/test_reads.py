"""What all lists of risk share: pages, queries that do not grow, exemption and its packs, events."""

import hashlib
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.event_types import VERB_OF
from api.feed import as_json, events_visible_to
from audit.models import Event
from audit.services import OPENED
from common.enums import Mode
from parties.models import Member
from parties.selectors import system_member
from risk.claims.services.payments import release_payment
from risk.classification.services import suggest_classes
from risk.exemption.services.cases import open_exemption, record_diligence_rules
from risk.exemption.services.packs import build_evidence_pack
from risk.models import Claim, DiligenceRules
from tests.api.risk.hall import Hall
from tests.risk.scene import NOW, TODAY

LISTS = (
    "classifications/", "classification-suggestions/", "bad-debts/", "claims/", "compensations/", "reapplications/", "recoveries/",
    "returns/", "guarantee-fees/", "enhancement-fees/", "exemptions/", "evidence-packs/", "breaker-changes/",
)  # fmt: skip


def exempted(hall: Hall, bad: dict[str, Any]) -> None:
    if not DiligenceRules.objects.exists():
        record_diligence_rules(name="尽职免责办法", document_number="泉银〔2024〕1号", effective_on=TODAY, actor=hall.scene.handler, at=NOW)
    exemption = open_exemption(bad_debt_id=bad["id"], actor=hall.scene.handler, at=NOW)
    build_evidence_pack(exemption_id=exemption.public_id, actor=hall.scene.handler, at=NOW)


def one_of_everything(hall: Hall) -> None:
    bad = hall.bad(hall.scene.loan(100_000))
    claim = hall.accepted(bad)
    hall.guarantor.post(f"claims/{claim['id']}/propose-payment/")
    release_payment(claim_id=claim["id"], actor=hall.scene.guarantor_checker, at=NOW)
    hall.scene.recovered(hall.row(bad), 10_000)
    fee = {"amount": "500.00", "charged_on": "2025-03-10", "voucher": f"F{bad['id']}"}
    hall.guarantor.post(f"loans/{bad['loan_id']}/guarantee-fees/", fee, status=201)
    exempted(hall, bad)


def test_queries_of_a_list_do_not_grow_with_its_rows(hall: Hall) -> None:
    hall.scene.disburse(200_000_000)

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            hall.bank.get(address)
        return len(captured)

    one_of_everything(hall)
    few = {name: queries(name) for name in LISTS}
    for _ in range(2):
        one_of_everything(hall)
    assert {name: queries(name) for name in LISTS} == few
    assert max(few.values()) <= 4
    filled = [
        name for name in LISTS if name not in ("classification-suggestions/", "reapplications/", "enhancement-fees/", "breaker-changes/")
    ]
    assert all(len(hall.bank.get(name)["results"]) == 3 for name in filled)


def test_opening_a_claim_takes_as_many_queries_whatever_it_went_through(hall: Hall) -> None:
    hall.scene.disburse(200_000_000)
    bad = hall.bad(hall.scene.loan(1_000_000))
    claim = hall.accepted(bad)
    hall.guarantor.post(f"claims/{claim['id']}/propose-payment/")
    release_payment(claim_id=claim["id"], actor=hall.scene.guarantor_checker, at=NOW)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            hall.bank.get(f"claims/{claim['id']}/")
        return len(captured)

    hall.scene.recovered(hall.row(bad), 10_000)
    plain = queries()
    for _ in range(4):
        hall.scene.recovered(hall.row(bad), 10_000)
    assert queries() == plain <= 12


@pytest.mark.parametrize("ordering", ["created", "-created", "principal", "-recognised_on", "updated_at"])
def test_pages_of_bad_debts_miss_and_repeat_nothing(hall: Hall, ordering: str) -> None:
    wanted = {hall.bad(hall.scene.loan(100_000 + number // 2))["id"] for number in range(5)}
    seen: list[str] = []
    address = f"bad-debts/?limit=2&ordering={ordering}"
    for _ in range(3):
        page = hall.bank.get(address)
        seen += [row["id"] for row in page["results"]]
        address = (page["next"] or "").partition("/api/v1/")[2]
    assert (address, len(seen), set(seen)) == ("", 5, wanted)


@pytest.mark.parametrize("query", ["state=lost", "stat=paid", "loan=7", "due_before=soon", "ordering=colour", "updated_since=yesterday"])
def test_query_parameters_that_mean_nothing_are_refused(hall: Hall, query: str) -> None:
    assert hall.bank.get(f"claims/?{query}", status=400)["errors"]


def test_a_claim_that_has_not_changed_is_304_and_found_since_its_change(hall: Hall) -> None:
    claim = hall.filed(hall.bad(hall.scene.loan(1_000_000)))
    here = f"/api/v1/claims/{claim['id']}/"
    first = hall.bank.http.get(here, headers=hall.bank.headers)
    same = hall.bank.http.get(here, headers=hall.bank.headers | {"if-none-match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    hall.guarantor.post(f"claims/{claim['id']}/begin-review/")
    changed = hall.bank.http.get(here, headers=hall.bank.headers | {"if-none-match": first["ETag"]})
    assert (changed.status_code, changed.json()["state"]) == (200, "under_review")
    assert len(hall.bank.get("claims/?updated_since=2020-01-01T00:00:00%2B08:00")["results"]) == 1
    assert hall.bank.get("claims/?updated_since=2999-01-01T00:00:00%2B08:00")["results"] == []


def test_opening_is_in_the_log_under_the_clients_name(hall: Hall) -> None:
    bad = hall.bad(hall.scene.loan(1_000_000))
    claim = hall.filed(bad)
    for address in (f"bad-debts/{bad['id']}/", f"claims/{claim['id']}/"):
        hall.guarantor.get(address)
    opened = Event.objects.filter(verb=OPENED).order_by("-id")[:2]
    assert [(event.object_type, event.actor_name) for event in opened] == [
        ("risk.claim", hall.guarantor.client.name), ("risk.baddebt", hall.guarantor.client.name),
    ]  # fmt: skip


@pytest.mark.clause("FP 1.7")
def test_an_exemption_is_read_with_its_checklist_and_its_pack_comes_whole(hall: Hall) -> None:
    bad = hall.bad(hall.scene.loan(1_000_000))
    exempted(hall, bad)
    (listed,) = hall.bank.get(f"exemptions/?bad_debt={bad['id']}&state=checking")["results"]
    seen = hall.bank.get(f"exemptions/{listed['id']}/")
    assert (seen["rules_document_number"], seen["is_exempt"], len(seen["items"])) == ("泉银〔2024〕1号", False, 10)
    assert seen["items"][0]["facts"]
    assert seen["items"][0]["clause"].startswith(("FP", "D"))
    (pack,) = seen["packs"]
    address = f"/api/v1/evidence-packs/{pack['id']}/content/"
    fetched = hall.bank.http.get(address, headers=hall.bank.headers | {"accept": "application/zip"})
    assert (fetched.status_code, fetched["Content-Type"]) == (200, "application/zip")
    assert (hashlib.sha256(fetched.content).hexdigest(), len(fetched.content)) == (pack["sha256"], pack["size"])
    for caller in (hall.other, hall.guarantor, hall.trustee):
        assert caller.http.get(address, headers=caller.headers).status_code == 404
        caller.get(f"exemptions/{listed['id']}/", status=404)
        assert caller.get("evidence-packs/")["results"] == []
    assert hall.bank.post(f"exemptions/{listed['id']}/reference/", {"bank_reference": "M-1"})["bank_reference"] == "M-1"


def test_every_object_an_event_is_about_is_read_where_the_event_says(hall: Hall) -> None:
    hall.scene.disburse(200_000_000)
    assert suggest_classes(actor=system_member(), at=NOW) == 0
    waiting = hall.overdue(hall.scene.loan(100_000))
    suggest_classes(actor=system_member(), at=NOW)
    hall.classified(waiting)
    one_of_everything(hall)
    reader = hall.bank.client.member
    told_of = [
        as_json(event, reader=reader, namespace=UUID(int=7))["object"]
        for event in events_visible_to(reader).filter(object_type__startswith="risk.")
    ]
    assert {one["type"] for one in told_of} == {
        "classification", "classificationsuggestion", "baddebt", "claim", "recovery", "return", "guaranteefee", "exemption",
        "evidencepack", "breakerchange",
    }  # fmt: skip
    for one in told_of:
        assert hall.bank.get(one["href"].removeprefix("/api/v1/"))["id"] == one["id"]
        hall.other.get(one["href"].removeprefix("/api/v1/"), status=404)


def told(member: Member) -> set[str]:
    """Return the verbs of risk that a member is told of."""
    return set(events_visible_to(member).filter(object_type__startswith="risk.").values_list("verb", flat=True))


@pytest.mark.clause("FP 1.5.3")
def test_each_party_is_told_of_its_own_risk(hall: Hall) -> None:
    hall.scene.disburse(200_000_000)
    one_of_everything(hall)
    bank, guarantor, trustee = (caller.client.member for caller in (hall.bank, hall.guarantor, hall.trustee))
    shared = {
        "loan.classified", "bad_debt.recognised", "claim.opened", "claim.review_begun", "claim.accepted", "claim.payment_proposed",
        "claim.payment_released", "claim.paid", "claim.recovering", "recovery.recorded", "recovery.checked", "return.due",
        "guarantee_fee.recorded",
    }  # fmt: skip
    assert told(bank) == shared | {"breaker.changed", "exemption.opened", "evidence_pack.built"}
    assert told(guarantor) == shared
    assert told(trustee) == set()  # neither bank nor loan is of the trust mode
    assert told(hall.other.client.member) == set()
    hall.bad(hall.scene.loan(1_000_000, mode=Mode.TRUST))
    assert {"loan.classified", "bad_debt.recognised"} <= told(trustee)


def test_every_verb_of_risk_that_a_bank_cares_about_has_a_name(hall: Hall) -> None:
    hall.scene.disburse(200_000_000)
    one_of_everything(hall)
    internal = {"opened", "diligence_rules.recorded", "exemption.item_answered"}
    logged = set(Event.objects.filter(object_type__startswith="risk.").values_list("verb", flat=True))
    assert logged - internal <= set(VERB_OF.values())
    steps = {f"claim.{name}" for name in ("supplement_asked", "supplied", "refused", "withdrawn", "loss_proposed", "loss_sent_back")}
    assert steps | {"recovery.sent_back", "return.sent_back", "compensation.reapplied", "claim.held_back"} <= set(VERB_OF.values())
    assert Claim.objects.get().opened_on == date(2025, 3, 10)
