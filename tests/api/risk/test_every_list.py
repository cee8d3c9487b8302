"""Every list of the interface, found by its address: it takes as many queries for three rows as for one."""

import json
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.v1.urls import router
from loans.models import Intent, Movement
from notices.services import notify
from parties.models import Institution
from reporting.response_rates.services.jobs import keep_response_years
from tests.api.risk.hall import Hall
from tests.api.risk.test_reads import one_of_everything
from tests.factories import BankParticipationFactory, InstitutionFactory
from tests.loan_factories import ApplicationFactory
from tests.risk.scene import NOW, TODAY

CALENDAR = "calendar"  # has no rows: it answers for the days it is asked about
LISTS = sorted({prefix for prefix, view, _ in router.registry if hasattr(view, "list") and "<" not in prefix} - {CALENDAR})
# What no case makes more of: the rulebook, who calls; and what the programs of one bank see one or none of; a
# page of events is full from the first.
OF_ONE_LENGTH = {
    "breaker-changes", "classification-suggestions", "clauses", "codes", "decisions", "deliveries", "enhancement-fee-rates",
    "enhancement-fees", "events", "guarantee-fee-averages", "me", "policy-versions", "quotas", "radar", "reapplications",
    "response-rates", "return-rates", "settlements",
}  # fmt: skip


def one_more_of_all(hall: Hall, bank: Institution, number: int) -> None:
    one_of_everything(hall)
    application = ApplicationFactory(submitted=True, bank=bank)
    Intent.objects.create(bank=bank, entry=application.entry, recorded_on=TODAY, recorded_by=hall.scene.handler)
    notify(key=f"k{number}", kind="test", title="标题", body="内容", at=NOW, institution=bank)
    InstitutionFactory()
    loan = Movement.objects.filter(loan__bank=bank).order_by("-pk")[0].loan
    check = {"finding": "用途相符。", "is_misuse": False}
    hall.bank.post(f"loans/{loan.public_id}/use-checks/", check, status=201)
    hall.bank.post("webhooks/", {"url": f"https://127.0.0.1/{number}"}, status=201)
    row = json.dumps({"loan_id": str(loan.public_id), "amount": "1.00", "value_on": str(TODAY), "bank_reference": f"U{number}"})
    headers = hall.bank.headers | {"idempotency-key": str(uuid4())}
    sent = hall.bank.http.post("/api/v1/uploads/?kind=repayment", data=row, content_type="application/x-ndjson", headers=headers)
    assert sent.status_code == 202, sent.content.decode()


def test_no_list_takes_more_queries_for_more_rows(hall: Hall, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    bank = hall.scene.bank
    BankParticipationFactory(bank=bank)
    hall.scene.disburse(200_000_000)

    def asked(name: str) -> tuple[int, int]:
        hall.bank.get(f"{name}/")  # what is read once per process
        with CaptureQueriesContext(connection) as captured:
            found = hall.bank.get(f"{name}/")
        return len(captured), len(found["results"] if isinstance(found, dict) and "results" in found else found)

    one_more_of_all(hall, bank, 1)
    keep_response_years(at=NOW)
    few = {name: asked(name) for name in LISTS}
    for number in (2, 3):
        one_more_of_all(hall, bank, number)
    many = {name: asked(name) for name in LISTS}
    assert {name: queries for name, (queries, _) in many.items()} == {name: queries for name, (queries, _) in few.items()}
    assert {name for name in LISTS if many[name][1] == few[name][1]} <= OF_ONE_LENGTH
    statistics = {"response-rates", "response-rates/cases"}  # a year, its statement, the calendar and the terms of every version in it
    assert max(many[name][0] for name in LISTS if name not in statistics) <= 8
    assert max(many[name][0] for name in statistics) <= 13
