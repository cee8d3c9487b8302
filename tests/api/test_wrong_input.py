"""What a wrong input is told: every field at once, and what to write instead."""

from typing import Any

import pytest

from tests.api.bank import Stage

MONEY = '金额须为文本（带引号），单位元，最多两位小数，不含千分位，如 "1000000.00"。'


def problems(refused: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["field"]: (one["code"], one["detail"]) for one in refused["errors"]}


def test_unknown_names_and_wrong_values_are_told_together(stage: Stage) -> None:
    loan = stage.signed()
    sent = {"amount": 5, "value_on": "22/11/2026", "bank_reference": "LS1", "memo": "x"}
    found = problems(stage.bank.post(f"loans/{loan['id']}/drawdowns/", sent, status=400))
    assert set(found) == {"amount", "value_on", "memo"}
    assert (found["amount"], found["memo"][0]) == (("invalid", MONEY), "unknown")


@pytest.mark.parametrize("amount", [5, "1e3", "1,000.00", "壹佰"])
def test_an_amount_that_is_none_is_told_how_amounts_are_written(stage: Stage, amount: Any) -> None:
    loan = stage.signed()
    sent = stage.movement() | {"amount": amount}
    assert problems(stage.bank.post(f"loans/{loan['id']}/drawdowns/", sent, status=400)) == {"amount": ("invalid", MONEY)}


def test_a_wrong_choice_is_told_the_right_ones(stage: Stage) -> None:
    sent = {"entry_id": str(stage.scene.entry.public_id), "mode": "direct"}
    (code, detail) = problems(stage.bank.post("applications/", sent, status=400))["mode"]
    assert (code, detail) == ("invalid_choice", "“direct” 不是可用的值，可用：special、trust。")


def test_a_body_that_is_no_object_is_told_so(stage: Stage) -> None:
    (one,) = stage.bank.post("intents/", [], status=400)["errors"]
    assert one["detail"].startswith("请求内容须为 JSON 对象")


def test_a_calendar_without_its_days_names_them(stage: Stage) -> None:
    assert problems(stage.bank.get("calendar/", status=400))["from"][0] == "required"
    assert problems(stage.bank.get("calendar/?from=2024-03-01&until=soon", status=400))["until"][0] == "invalid"
