"""The plan's words and numbers over HTTP, the calendar, notices, codes."""

from datetime import date

import pytest

from common.errors import DomainError
from notices.services import notify
from tests.api.bank import Stage
from tests.loan_factories import noon


def test_clauses_decisions_and_versions(stage: Stage) -> None:
    clauses = {row["id"]: row for row in stage.bank.get("clauses/")}
    assert "300,000,000" in clauses["FP 1.2.1"]["wording"] or "3亿元" in clauses["FP 1.2.1"]["wording"]
    assert "D12" in {row["id"] for row in stage.bank.get("decisions/")}
    (version,) = stage.bank.get("policy-versions/")
    assert (version["number"], version["valid_until"]) == (1, "2026-01-01")
    opened = stage.bank.get("policy-versions/1/")
    lines = {line["path"]: line for line in opened["parameters"]}
    assert all(line["clause"] or line["decision"] for line in lines.values())
    assert any(line["value"] == "0.02" or line["value"].startswith("0.02") for line in lines.values())
    stage.bank.get("policy-versions/99/", status=404)


@pytest.mark.clause("D6")
def test_the_calendar_tells_working_days_and_what_is_provisional(stage: Stage) -> None:
    found = stage.bank.get("calendar/?from=2024-02-03&until=2024-02-19")
    assert len(found["days"]) == 16
    working = {row["on"] for row in found["days"] if row["is_working_day"]}
    assert {"2024-02-04", "2024-02-18"} < working
    assert "2024-02-12" not in working
    assert not any(row["is_provisional"] for row in found["days"])
    assert stage.bank.get("calendar/?from=2031-01-01&until=2031-01-03")["days"][0]["is_provisional"]


@pytest.mark.parametrize(
    "query", ["", "from=2024-01-01", "from=2024-01-02&until=2024-01-02", "from=2024-01-01&until=2026-01-01", "from=x&until=y", "to=1"]
)
def test_a_period_that_is_none_is_refused(stage: Stage, query: str) -> None:
    assert stage.bank.get(f"calendar/?{query}", status=400)["errors"]


def test_notices_are_the_institutions_own_and_can_be_marked(stage: Stage) -> None:
    notice = notify(
        key="k", kind="reminder", title="批复期限将到", body="请尽快办理。", at=noon(date(2024, 3, 1)), institution=stage.scene.bank
    )
    assert notice is not None
    (seen,) = stage.bank.get("notices/?is_read=false")["results"]
    assert (seen["title"], seen["is_read"]) == ("批复期限将到", False)
    assert stage.other.get("notices/")["results"] == []
    stage.other.post("notices/read/", {"ids": [notice.pk]})
    assert stage.bank.get("notices/")["results"][0]["is_read"] is False
    stage.bank.post("notices/read/", {"ids": [notice.pk]})
    assert stage.bank.get("notices/?is_read=true")["results"][0]["id"] == notice.pk


def test_every_code_is_listed(stage: Stage) -> None:
    codes = {row["code"]: row for row in stage.bank.get("codes/")}
    assert {"over_cap", "wrong_state", "insufficient_scope", "idempotency_key_reused", "conflict", "try_again"} <= set(codes)
    assert codes["over_cap"]["clause"] == "FP 1.2.1"

    def kinds(base: type[DomainError]) -> set[str]:
        return {kind.code for kind in base.__subclasses__()} | {code for kind in base.__subclasses__() for code in kinds(kind)}

    assert kinds(DomainError) <= set(codes)
