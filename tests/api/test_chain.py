"""One loan from the whitelist to its last repayment, over HTTP alone; who is refused what; how many queries it takes."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from audit.services import OPENED
from common.enums import Category, Mode, Security
from loans.models import Application, Loan
from tests.api.bank import Stage
from tests.api.caller import Caller
from tests.factories import InstitutionFactory
from tests.loan_factories import ApplicationFactory, LoanFactory, move
from whitelist.enums import AnnouncementKind, ChannelKind, Transport
from whitelist.models import Channel
from whitelist.services.announcing import announce


def test_a_loan_from_entry_to_last_repayment(stage: Stage) -> None:
    bank = stage.bank
    (listed,) = bank.get("entries/?kind=project")["results"]
    entry = bank.get(f"entries/{listed['id']}/")
    (fixed, working) = entry["headroom"][:2]
    assert (fixed["category"], fixed["left"], working["left"]) == ("fixed_asset", "160000000.00", "20000000.00")
    bank.post("intents/", {"entry_id": entry["id"]}, status=201)
    loan = stage.signed(bank_reference="SQ-1")
    assert (loan["stage"], loan["outstanding"], loan["bank_reference"]) == ("contracted", "0.00", "SQ-1")
    here = f"loans/{loan['id']}"
    drawn = bank.post(f"{here}/drawdowns/", stage.movement("6000000.00"), status=201)
    assert (drawn["kind"], drawn["performing"], drawn["contribution"]) == ("drawdown", "6000000.00", None)
    bank.post(f"{here}/overdues/", stage.movement("1000000.00", reference="LS2"), status=201)
    bank.post(f"{here}/cures/", stage.movement("400000.00", reference="LS3"), status=201)
    repaid = bank.post(f"{here}/repayments/", stage.movement("1000000.00", reference="LS4"), status=201)
    assert (repaid["overdue"], repaid["performing"]) == ("-600000.00", "-400000.00")
    back = bank.post(f"movements/{repaid['id']}/reverse/", {"bank_reference": "LS5", "reason": "录入错误"}, status=201)
    assert back["reverses_id"] == repaid["id"]
    now = bank.get(f"{here}/")
    assert [now[name] for name in ("drawn", "performing", "overdue", "outstanding", "repaid", "stage")] == [
        "6000000.00", "5400000.00", "600000.00", "6000000.00", "0.00", "overdue",
    ]  # fmt: skip
    assert (now["return_rate"], now["district"]["name"], now["first_drawdown_on"]) == ("0.035000", "晋江市", "2024-03-01")
    check = bank.post(f"{here}/use-checks/", {"finding": "用途相符。", "is_misuse": False, "bank_reference": "JC1"}, status=201)
    assert bank.get("use-checks/")["results"][0]["id"] == check["id"]
    assert [row["kind"] for row in bank.get(f"movements/?loan={loan['id']}&ordering=created")["results"]] == [
        "drawdown", "overdue", "cure", "repayment", "reversal",
    ]  # fmt: skip
    (quota,) = [row for row in bank.get("quotas/")["results"] if row["mode"] == "special"]
    assert (quota["used"], quota["left"]) == ("10000000.00", "990000000.00")


def test_an_application_shows_its_clock_and_open_steps(stage: Stage) -> None:
    found = stage.with_papers(stage.drafted())
    stage.step(found, "submit")
    stage.step(found, "accept")
    stage.step(found, "ask-supplement", what="近三个月银行流水")
    stage.on(date(2024, 3, 11))
    seen = stage.bank.get(f"applications/{found['id']}/")
    assert (seen["clock"]["used"], seen["clock"]["left"], seen["clock"]["waited_for_supplements"]) == (6, 24, 6)
    assert seen["supplements"][0]["what"] == "近三个月银行流水"
    assert set(seen["open_steps"]) == {"answer_supplement", "refuse"}
    stage.step(found, "answer-supplement", answer="已上传")
    refused = stage.step(found, "refuse", reason="repayment_capacity", remark="现金流不足")
    assert (refused["state"], refused["refusal_reason"]) == ("refused", "repayment_capacity")


@pytest.mark.clause("D7")
def test_a_step_of_an_earlier_day_says_why_it_is_entered_late(stage: Stage) -> None:
    found = stage.with_papers(stage.drafted())
    for name in ("submit", "accept", "begin-review"):
        stage.step(found, name)
    stage.on(date(2024, 3, 8))
    late = {"amount": "10000000.00", "on": "2024-03-06"}
    address = f"applications/{found['id']}/approve/"
    assert stage.bank.post(address, late, status=400)["code"] == "late_reason_missing"
    stage.bank.post(address, late | {"late_reason": "批复文件两日后到达"})
    event = Event.objects.filter(verb="application.approved").latest("id")
    assert event.after["late_reason"] == "批复文件两日后到达"


def test_trust_mode_the_bank_decides_and_the_fund_manager_signs_and_draws(stage: Stage) -> None:
    found = stage.with_papers(stage.drafted(mode="trust"))
    for name in ("submit", "accept", "begin-review"):
        stage.step(found, name)
    stage.step(found, "approve", amount="10000000.00")
    stage.step(found, "meet-conditions")
    contract = {"contract_number": "XT1", "contract_amount": "10000000.00", "available_until": "2025-03-01", "matures_on": "2029-03-01"}
    assert stage.bank.post(f"applications/{found['id']}/contract/", contract, status=403)["code"] == "not_allowed"
    loan = stage.trustee.post(f"applications/{found['id']}/contract/", contract, status=201)
    drawn = stage.trustee.post(f"loans/{loan['id']}/drawdowns/", stage.movement("1000000.00"), status=201)
    assert drawn["contribution"] == {"government": "50000.00", "bank": "950000.00"}
    assert stage.bank.post(f"loans/{loan['id']}/repayments/", stage.movement(reference="LS2"), status=403)["code"] == "not_allowed"


def test_an_rd_credit_loan_needs_its_guarantee_and_the_guarantor_sees_it(stage: Stage) -> None:
    guarantor = InstitutionFactory(guarantor=True)
    loan = LoanFactory(rd=True, application__bank=stage.scene.bank, application__entry=stage.scene.rd_entry)
    stage.on(date(2024, 4, 8))
    here = f"loans/{loan.public_id}"
    sent = stage.movement(on="2024-04-08")
    assert stage.bank.post(f"{here}/drawdowns/", sent, status=409)["code"] == "guarantee_missing"
    watching = Caller.of(guarantor)
    watching.get(f"{here}/", status=404)
    given = {"guarantor_id": str(guarantor.public_id), "number": "DB1", "fee_rate": "0.005", "is_batch_scheme": True}
    assert stage.bank.post(f"{here}/guarantee/", given)["guarantee"]["fee_rate"] == "0.005000"
    stage.bank.post(f"{here}/drawdowns/", sent, status=201)
    assert watching.get(f"{here}/")["guarantee"]["number"] == "DB1"
    assert watching.post(f"{here}/repayments/", stage.movement(reference="LS2"), status=403)["code"] == "not_allowed"


def test_deliveries_are_fetched_and_acknowledged(stage: Stage) -> None:
    Channel.objects.create(code="b", name="测试", kind=ChannelKind.BANK, institution=stage.scene.bank, transport=Transport.PULL)
    announce(AnnouncementKind.SNAPSHOT, entries=[stage.scene.entry], at=stage.clock and stage.bank.client.opened_at)
    (waiting,) = stage.bank.post("deliveries/collections/", status=200)["deliveries"]
    assert waiting["payload"]["entries"][0]["id"] == str(stage.scene.entry.public_id)
    known = stage.bank.post(f"deliveries/{waiting['id']}/acknowledge/", {"reference": "HZ1"})
    assert (known["state"], known["reference"]) == ("acknowledged", "HZ1")
    refused = stage.bank.post(f"deliveries/{waiting['id']}/acknowledge/", {"reference": "HZ2"}, status=409)
    assert refused["code"] == "reference_differs"
    stage.other.post(f"deliveries/{waiting['id']}/acknowledge/", {"reference": "HZ1"}, status=404)
    assert stage.bank.post("deliveries/collections/")["deliveries"] == []


def test_another_banks_object_does_not_exist(stage: Stage) -> None:
    found = stage.with_papers(stage.drafted())
    loan = stage.signed(purpose="扩建厂房")
    moved = stage.bank.post(f"loans/{loan['id']}/drawdowns/", stage.movement(), status=201)
    for address in (f"applications/{found['id']}/", f"loans/{loan['id']}/", f"movements/{moved['id']}/"):
        assert stage.other.get(address, status=404)["code"] == "not_found"
    for address, sent in (
        (f"applications/{found['id']}/submit/", {}),
        (f"loans/{loan['id']}/drawdowns/", stage.movement()),
        (f"movements/{moved['id']}/reverse/", {"bank_reference": "X", "reason": "x"}),
        (f"loans/{loan['id']}/reference/", {"bank_reference": "X"}),
    ):
        assert stage.other.post(address, sent, status=404)["code"] == "not_found"
    for name in ("applications", "loans", "movements", "intents", "use-checks", "quotas", "deliveries"):
        assert stage.other.get(f"{name}/")["results"] == []


def test_a_step_out_of_state_is_409(stage: Stage) -> None:
    found = stage.drafted()
    assert stage.bank.post(f"applications/{found['id']}/approve/", {"amount": "1.00"}, status=409)["code"] == "wrong_state"


def test_bad_fields_are_named_one_by_one(stage: Stage) -> None:
    body = {"entry_id": "1", "mode": "gift", "amount_requested": 10, "term_months": "60", "purpose": "", "security": True}
    known = {
        ("entry_id", "invalid"), ("mode", "invalid_choice"), ("amount_requested", "invalid"), ("term_months", "invalid"),
        ("purpose", "blank"), ("security", "invalid_choice"), ("category", "required"),
    }  # fmt: skip
    refused = stage.bank.post("applications/", body, status=400)
    assert {(problem["field"], problem["code"]) for problem in refused["errors"]} == known
    refused = stage.bank.post("applications/", {**body, "coulor": 1}, status=400)
    assert {(problem["field"], problem["code"]) for problem in refused["errors"]} == {*known, ("coulor", "unknown")}


def test_opening_a_case_is_in_the_log_under_the_clients_name(stage: Stage) -> None:
    loan = stage.signed()
    before = Event.objects.filter(verb=OPENED).count()
    for address in (f"loans/{loan['id']}/", f"applications/{loan['application_id']}/", f"entries/{stage.scene.entry.public_id}/"):
        stage.bank.get(address)
    opened = list(Event.objects.filter(verb=OPENED).order_by("id"))[before:]
    assert [event.object_type for event in opened] == ["loans.loan", "loans.application", "whitelist.entry"]
    assert {(event.actor_name, event.actor_kind, event.source_address) for event in opened} == {
        (stage.bank.client.name, "program", "127.0.0.1")
    }


def test_a_read_that_has_not_changed_is_304(stage: Stage) -> None:
    loan = stage.signed()
    for address in (f"loans/{loan['id']}/", "loans/", "applications/"):
        first = stage.bank.http.get(f"/api/v1/{address}", headers=stage.bank.headers)
        same = stage.bank.http.get(f"/api/v1/{address}", headers=stage.bank.headers | {"if-none-match": first["ETag"]})
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    stage.bank.post(f"loans/{loan['id']}/drawdowns/", stage.movement(), status=201)
    changed = stage.bank.http.get("/api/v1/loans/", headers=stage.bank.headers | {"if-none-match": first["ETag"]})
    assert changed.status_code == 200


def test_own_numbers_are_kept_shown_and_found(stage: Stage) -> None:
    loan, entry = stage.signed(), stage.scene.entry
    assert stage.bank.post(f"loans/{loan['id']}/reference/", {"bank_reference": "DK-7"})["bank_reference"] == "DK-7"
    stage.bank.post(f"entries/{entry.public_id}/reference/", {"bank_reference": "KH-7"})
    assert stage.bank.get("entries/?bank_reference=KH-7")["results"][0]["id"] == str(entry.public_id)
    assert stage.bank.get("loans/?bank_reference=DK-7")["results"][0]["id"] == loan["id"]
    assert stage.trustee.get("entries/?bank_reference=KH-7")["results"] == []
    refused = stage.bank.post(f"entries/{stage.scene.rd_entry.public_id}/reference/", {"bank_reference": "KH-7"}, status=409)
    assert refused["code"] == "reference_taken"


def test_an_opened_case_says_under_which_number_and_when_it_changed_last(stage: Stage) -> None:
    loan = stage.signed()
    stage.bank.post(f"loans/{loan['id']}/reference/", {"bank_reference": "DK-7"})
    stage.bank.post(f"applications/{loan['application_id']}/reference/", {"bank_reference": "SQ-7"})
    for address, number in ((f"loans/{loan['id']}/", "DK-7"), (f"applications/{loan['application_id']}/", "SQ-7")):
        first = stage.bank.http.get(f"/api/v1/{address}", headers=stage.bank.headers)
        stage.later(minutes=5)
        same = stage.bank.http.get(f"/api/v1/{address}", headers=stage.bank.headers | {"if-none-match": first["ETag"]})
        assert (first.json()["bank_reference"], same.status_code) == (number, 304)
    for found in (
        stage.bank.get("applications/?bank_reference=SQ-7"),
        stage.bank.get(f"applications/?number={loan['contract_number'][3:]}"),
    ):
        assert [row["bank_reference"] for row in found["results"]] == ["SQ-7"]
    stage.other.post(f"applications/{loan['application_id']}/reference/", {"bank_reference": "X"}, status=404)


def test_bodies_and_return_rates_are_named(stage: Stage) -> None:
    guarantor = InstitutionFactory(guarantor=True)
    (row,) = stage.bank.get("institutions/?kind=guarantor")["results"]
    assert (row["id"], row["code"], row["kind"]) == (str(guarantor.public_id), guarantor.code, "guarantor")
    assert stage.bank.get("return-rates/")[0]["rate"] == "0.035000"


def test_a_program_can_ask_for_whom_its_token_stands(stage: Stage) -> None:
    reader = Caller.of(stage.scene.bank, scope="read", name="报表系统")
    seen = reader.get("me/")
    assert (seen["name"], seen["institution"]["code"], seen["institution"]["kind"]) == ("报表系统", stage.scene.bank.code, "bank")
    assert (seen["scopes"], seen["networks"], seen["requests_per_minute"]) == (["read"], [], 600)


def test_what_changed_since_a_moment(stage: Stage) -> None:
    first, second = stage.drafted(), stage.drafted(category="working_capital", amount_requested="5000000.00")
    assert len(stage.bank.get("applications/?updated_since=2020-01-01T00:00:00%2B08:00")["results"]) == 2
    moments = {row["id"]: row["updated_at"] for row in stage.bank.get("applications/")["results"]}
    assert set(moments) == {first["id"], second["id"]}
    assert stage.bank.get("applications/?updated_since=2999-01-01T00:00:00%2B08:00")["results"] == []
    ordered = [row["id"] for row in stage.bank.get("applications/?ordering=updated_at")["results"]]
    assert ordered == [first["id"], second["id"]]


@pytest.mark.parametrize("ordering", ["created", "-created", "amount_requested", "-amount_requested", "updated_at"])
def test_pages_miss_and_repeat_nothing(stage: Stage, ordering: str) -> None:
    for number in range(7):
        ApplicationFactory(submitted=True, bank=stage.scene.bank, amount_requested=1000 + number // 3)
    seen: list[str] = []
    address = f"applications/?limit=2&ordering={ordering}"
    for _ in range(4):
        page = stage.bank.get(address)
        seen += [row["id"] for row in page["results"]]
        address = (page["next"] or "").partition("/api/v1/")[2]
    assert address == ""
    assert len(seen) == len(set(seen)) == 7
    column = {"created": "pk", "amount_requested": "amount_requested"}.get(ordering.removeprefix("-"))
    if column:
        values = [getattr(Application.objects.get(public_id=one), column) for one in seen]
        assert values == sorted(values, reverse=ordering.startswith("-"))


@pytest.mark.parametrize(
    "query",
    [
        "stat=draft", "state=unknown", "limit=0", "limit=201", "limit=x", "ordering=colour", "cursor=abc", "cursor=W10",
        "state=draft&state=draft",
        "updated_since=yesterday", "entry=7", "bank_reference=%00",
    ],
)  # fmt: skip
def test_query_parameters_that_mean_nothing_are_refused(stage: Stage, query: str) -> None:
    assert stage.bank.get(f"applications/?{query}", status=400)["errors"]


def test_queries_of_a_page_do_not_grow_with_its_rows(stage: Stage) -> None:
    def build(count: int) -> None:
        for _ in range(count):
            loan = LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2))
            ApplicationFactory(submitted=True, bank=stage.scene.bank)
            move(loan, "repayment", "1.00", date(2024, 4, 3))  # type: ignore[arg-type]

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            stage.bank.get(address)
        return len(captured)

    names = ["entries/", "applications/", "loans/", "movements/", "intents/", "use-checks/", "quotas/", "deliveries/"]
    build(1)
    few = {name: queries(name) for name in names}
    build(3)
    assert {name: queries(name) for name in names} == few
    assert max(few.values()) <= 3


def test_reading_a_loan_takes_as_many_queries_whatever_it_went_through(stage: Stage) -> None:
    plain, busy = (LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2)) for _ in range(2))
    for number in range(20):
        move(busy, "repayment", "1.00", date(2024, 5, 1 + number))  # type: ignore[arg-type]

    def queries(loan: Loan) -> int:
        with CaptureQueriesContext(connection) as captured:
            stage.bank.get(f"loans/{loan.public_id}/")
        return len(captured)

    assert queries(plain) == queries(busy) <= 8


def test_choices_of_the_interface_are_those_of_the_domain(stage: Stage) -> None:
    schema: dict[str, Any] = stage.bank.http.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    draft = schema["components"]["schemas"]["DraftAskedRequest" if "DraftAskedRequest" in schema["components"]["schemas"] else "DraftAsked"]
    assert set(draft["properties"]) >= {"entry_id", "mode", "category", "security", "amount_requested"}
    found = {name: one.get("enum") for name, one in schema["components"]["schemas"].items()}
    for choices in (Mode.values, Category.values, Security.values):
        assert choices in found.values()
