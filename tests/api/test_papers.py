"""Papers of an application over HTTP: a file as it is, its consent with it, and nobody else's."""

from typing import Any
from uuid import uuid4

from tests.api.bank import Stage
from tests.api.caller import Caller
from tests.loans.conftest import PDF


def upload(
    caller: Caller, found: dict[str, Any], content: bytes = PDF, *, key: str = "", query: str = "kind=consent&filename=a.pdf"
) -> Any:
    headers = caller.headers | {"idempotency-key": key or str(uuid4())}
    address = f"/api/v1/applications/{found['id']}/papers/?{query}"
    return caller.http.post(address, data=content, content_type="application/pdf", headers=headers)


def test_papers_are_uploaded_once_and_let_the_application_be_submitted(stage: Stage) -> None:
    found = stage.drafted()
    refused = stage.bank.post(f"applications/{found['id']}/submit/", status=409)
    assert refused["code"] == "submission_incomplete"
    for kind in ("financing_request", "financial_statements", "project_filing", "consent"):
        assert upload(stage.bank, found, query=f"kind={kind}&filename={kind}.pdf").status_code == 201
    key = str(uuid4())
    first, second = (upload(stage.bank, found, key=key, query="kind=supplement&filename=b.pdf") for _ in range(2))
    assert (first.json(), second["Idempotent-Replayed"]) == (second.json(), "true")
    kinds = [paper["kind"] for paper in stage.bank.get(f"applications/{found['id']}/papers/")]
    assert kinds == ["financing_request", "financial_statements", "project_filing", "consent", "supplement"]
    assert stage.step(found, "submit")["submitted_for"] == "bank"


def test_what_is_no_paper_is_refused(stage: Stage) -> None:
    found = stage.drafted()
    for content, query, code in (
        (b"MZ\x90\x00", "kind=consent&filename=a.pdf", "type_not_accepted"),
        (b"", "kind=consent&filename=a.pdf", "invalid_input"),
        (PDF, "kind=consent&filename=a.png", "name_contradicts_content"),
        (PDF, "kind=letter&filename=a.pdf", "invalid_input"),
        (PDF, "kind=consent", "invalid_input"),
        (PDF, "kind=consent&filename=a.pdf&sort=1", "invalid_input"),
    ):
        answer = upload(stage.bank, found, content, query=query)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_another_banks_application_takes_and_shows_nothing(stage: Stage) -> None:
    found = stage.drafted()
    assert upload(stage.other, found).status_code == 404
    stage.other.get(f"applications/{found['id']}/papers/", status=404)
