"""Settlements over HTTP: opened to the segment, held against own figures, confirmed, sent back, filed."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

import api.services.figures
from api.v1.settlement_serializers import FigureAsked
from audit.models import Event
from common.enums import Mode
from subsidy.services.drafts import draft_settlement
from subsidy.services.steps import review_settlement
from tests.api.bank import Stage
from tests.api.caller import token_of
from tests.factories import MemberFactory
from tests.loan_factories import LoanFactory, noon

pytestmark = pytest.mark.clause("FP 1.6.4")


@pytest.fixture
def drafted(stage: Stage) -> dict[str, Any]:
    """A settlement of one loan of 10 million drawn on 2 April 2024."""
    loan = LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2))
    stage.on(date(2024, 6, 24))
    clerk = MemberFactory.serving("city_industry")
    draft_settlement(bank=stage.scene.bank, mode=Mode.SPECIAL, year=2024, quarter=2, actor=clerk, at=noon(date(2024, 6, 24)))
    (found,) = stage.bank.get("settlements/")["results"]
    return found | {"loan": str(loan.public_id), "contract": loan.contract_number}


def test_a_settlement_opens_down_to_days_balance_and_rate(stage: Stage, drafted: dict[str, Any]) -> None:
    seen = stage.bank.get(f"settlements/{drafted['id']}/")
    assert (seen["state"], seen["current"]["number"], seen["is_outdated"], seen["payments"]) == ("draft", 1, False, [])
    assert seen["current"]["total"] == seen["current"]["subsidy"] == "33333.34"
    assert [(share["district"]["name"], share["city"], share["county"]) for share in seen["shares"]] == [("晋江市", "16666.67", "16666.67")]
    (line,) = stage.bank.get(f"settlements/{drafted['id']}/lines/")["results"]
    assert (line["days"], line["bank_interest"], line["subsidy"]) == (80, "77777.78", "33333.34")
    told = Event.objects.get(verb="exported")
    assert (told.object_id, told.party_name, told.after) == (
        "subsidy.line",
        stage.scene.bank.name,
        {"rows": 1, "filter": "", "form": "json"},
    )
    (opened,) = stage.bank.get(f"settlements/{drafted['id']}/loans/{drafted['loan']}/")
    assert [(s["from_on"], s["until_on"], s["days"], s["balance"], s["bank_rate"]) for s in opened["segments"]] == [
        ("2024-04-02", "2024-06-21", 80, "10000000.00", "0.035000")
    ]
    assert opened["clauses"][0] == "FP 1.4.1"


def test_confirmed_by_its_hash_sent_back_confirmed_again_and_filed(stage: Stage, drafted: dict[str, Any]) -> None:
    here = f"settlements/{drafted['id']}"
    refused = stage.bank.post(f"{here}/confirm/", {"sha256": "0" * 64}, status=409)
    assert refused["code"] == "revision_stale"
    confirmed = stage.bank.post(f"{here}/confirm/", {"sha256": drafted["current"]["sha256"]})
    assert (confirmed["state"], confirmed["confirmed_on"]) == ("confirmed", "2024-06-24")
    back = stage.bank.post(f"{here}/send-back/", {"reason": "还本日期有误"})
    assert (back["state"], back["current"]["number"]) == ("draft", 2)
    assert stage.bank.post(f"{here}/send-back/", {"reason": "再退"}, status=403)["code"] == "not_allowed"
    stage.bank.post(f"{here}/confirm/", {"sha256": drafted["current"]["sha256"]}, status=409)
    stage.bank.post(f"{here}/confirm/", {"sha256": back["current"]["sha256"]})
    assert stage.bank.post(f"{here}/confirm/", {"sha256": back["current"]["sha256"]}, status=409)["code"] == "transition_not_allowed"
    review_settlement(settlement_id=drafted["id"], actor=MemberFactory.serving("city_industry"), at=noon(date(2024, 6, 24)))
    assert stage.bank.post(f"{here}/send-back/", {"reason": "晚了"}, status=403)["code"] == "not_allowed"
    filed = stage.bank.post(f"{here}/file/", {"record_number": "泉财备〔2024〕17号"})
    assert (filed["state"], filed["record_number"]) == ("filed", "泉财备〔2024〕17号")
    paid = stage.bank.get(f"{here}/")["payments"]
    assert {payment["state"] for payment in paid} == {"due"}
    assert sorted(payment["amount"] for payment in paid) == ["16666.67", "16666.67"]


def test_own_figures_are_taken_and_differences_opened(stage: Stage, drafted: dict[str, Any]) -> None:
    here = f"settlements/{drafted['id']}"
    assert stage.bank.get(f"{here}/differences/") == []
    asked = {"figures": [{"contract_number": drafted["contract"], "subsidy": "33000.00"}, {"contract_number": "没有", "subsidy": "-1.00"}]}
    taken = stage.bank.post(f"{here}/figures/", asked)
    assert (taken["state"], taken["row_count"]) == ("committed", 2)
    assert [(fault["row"], fault["column"], fault["code"]) for fault in taken["faults"]] == [(2, "contract_number", "unknown_contract")]
    (apart,) = stage.bank.get(f"{here}/differences/")
    assert (apart["contract_number"], apart["theirs"]) == (drafted["contract"], "33000.00")
    assert apart["lines"][0]["segments"][0]["days"] == 80
    assert stage.bank.post(f"{here}/figures/", asked)["id"] == taken["id"]
    agreed = {"figures": [{"contract_number": drafted["contract"], "subsidy": apart["ours"]}]}
    stage.bank.post(f"{here}/figures/", agreed)
    stage.later(seconds=1)
    assert stage.bank.get(f"{here}/differences/") == []


def test_figures_are_read_before_the_transaction_that_keeps_them(stage: Stage, drafted: dict[str, Any], monkeypatch: Any) -> None:
    open_at: dict[str, int] = {}

    def watch(name: str) -> None:
        real = getattr(api.services.figures, name)

        def watched(**given: Any) -> Any:
            open_at[name] = sum(not block._from_testcase for block in connection.atomic_blocks)
            return real(**given)

        monkeypatch.setattr(api.services.figures, name, watched)

    watch("read_bank_figures")
    watch("keep_bank_figures")
    asked = {"figures": [{"contract_number": drafted["contract"], "subsidy": "33000.00"}]}
    stage.bank.post(f"settlements/{drafted['id']}/figures/", asked)
    assert open_at["read_bank_figures"] == 0 < open_at["keep_bank_figures"]


@pytest.mark.parametrize(
    ("count", "judged", "code"), [pytest.param(5001, 0, "max_length", id="too many"), pytest.param(5000, 100, "required", id="faulty")]
)
def test_of_too_many_figures_none_is_judged_and_of_faulty_ones_a_hundred(
    stage: Stage, drafted: dict[str, Any], monkeypatch: Any, count: int, judged: int, code: str
) -> None:
    seen: list[Any] = []
    real = FigureAsked.run_validation
    monkeypatch.setattr(FigureAsked, "run_validation", lambda shape, item: seen.append(item) or real(shape, item))
    said = stage.bank.post(f"settlements/{drafted['id']}/figures/", {"figures": [{}] * count}, status=400)
    assert len(seen) == judged
    assert {one["code"] for one in said["errors"]} == {code}
    assert said["errors"][0]["field"].startswith("figures")


def test_figures_none_of_which_can_stand_are_named_one_by_one(stage: Stage, drafted: dict[str, Any]) -> None:
    asked = {"figures": [{"contract_number": "没有", "subsidy": "-1.00"}]}
    refused = stage.bank.post(f"settlements/{drafted['id']}/figures/", asked, status=409)
    assert refused["code"] == "no_row_accepted"
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("figures.0.contract_number", "unknown_contract")]


def test_another_banks_settlement_does_not_exist(stage: Stage, drafted: dict[str, Any]) -> None:
    here = f"settlements/{drafted['id']}"
    for address in (f"{here}/", f"{here}/lines/", f"{here}/loans/{drafted['loan']}/", f"{here}/differences/"):
        stage.other.get(address, status=404)
        stage.trustee.get(address, status=404)
    stage.other.post(f"{here}/confirm/", {"sha256": "0" * 64}, status=404)
    assert stage.other.get("settlements/")["results"] == []


def test_confirming_needs_the_scope_of_reports(stage: Stage, drafted: dict[str, Any]) -> None:
    assert stage.bank.secret is not None
    stage.bank.token = token_of(stage.bank.secret, scope="read decide money")
    refused = stage.bank.post(f"settlements/{drafted['id']}/confirm/", {"sha256": "0" * 64}, status=403)
    assert refused["code"] == "insufficient_scope"
