"""The feed: every event once, in order, none skipped; each caller its own."""

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from api.event_types import EVENT_TYPES, NAME_OF
from api.feed import FeedPosition, as_json, read_events
from audit.admin import verb_of
from audit.services import Scope, record
from loans.application_transitions import APPLICATION_STEP, APPLICATION_STEPS
from loans.enums import MovementKind
from parties.models import Member
from tests.api.bank import Stage, make_stage
from tests.api.caller import Caller, issued
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import ApplicationFactory, LoanFactory, noon

SOME = UUID(int=7)


@pytest.fixture
def committed(db: None, transactional_db: None, settings: Any, tmp_path: Any) -> Iterator[Stage]:
    """The stage with real commits, so that events become visible."""
    settings.MEDIA_ROOT = tmp_path
    made, traveller = make_stage()
    yield made
    traveller.stop()


def types(page: dict[str, Any]) -> list[str]:
    return [event["type"] for event in page["results"]]


def test_every_step_of_a_case_is_an_event_in_order(committed: Stage) -> None:
    loan = committed.signed()
    committed.bank.post(f"loans/{loan['id']}/drawdowns/", committed.movement(), status=201)
    page = committed.bank.get("events/?limit=200")
    assert [name for name in types(page) if not name.startswith("return_rate")] == [
        "application.drafted", "application.submitted", "application.accepted", "application.review_begun", "application.approved",
        "application.conditions_met", "application.contracted", "loan.signed", "loan.drawn", "loan.first_drawdown_fixed",
    ]  # fmt: skip
    drawn = page["results"][-2]
    assert drawn["object"] == {"type": "loan", "id": loan["id"], "href": f"/api/v1/loans/{loan['id']}/"}
    assert (drawn["data"]["amount"], drawn["data"]["value_on"], drawn["data"]["bank_reference"]) == ("1000000.00", "2024-03-01", "LS0001")
    assert (page["has_more"], drawn["institution"]) == (False, committed.scene.bank.name)


def test_a_cursor_goes_on_where_the_last_page_ended_and_stays_when_all_is_read(committed: Stage) -> None:
    committed.signed()
    seen, cursor, more = [], "", True
    while more:
        page = committed.bank.get("events/?limit=3" + (f"&cursor={cursor}" if cursor else ""))
        seen += [event["id"] for event in page["results"]]
        cursor, more = page["cursor"], page["has_more"]
    assert len(seen) == len(set(seen)) == len(committed.bank.get("events/?limit=200")["results"])
    assert committed.bank.get(f"events/?cursor={cursor}")["results"] == []
    committed.drafted(category="working_capital", amount_requested="1000000.00")
    assert types(committed.bank.get(f"events/?cursor={cursor}")) == ["application.drafted"]


def test_each_caller_reads_its_own_events(committed: Stage) -> None:
    found = committed.with_papers(committed.drafted(mode="trust"))
    committed.step(found, "submit")
    own = set(types(committed.bank.get("events/")))
    assert {"application.drafted", "application.submitted"} <= own
    assert not any(name.startswith("application") for name in types(committed.other.get("events/")))
    assert {"application.submitted"} <= set(types(committed.trustee.get("events/")))
    special = committed.with_papers(committed.drafted(category="working_capital", amount_requested="1000000.00"))
    committed.step(special, "submit")
    assert special["id"] not in {event["object"]["id"] for event in committed.trustee.get("events/")["results"]}


def test_a_guarantor_reads_of_the_loans_it_guarantees(committed: Stage) -> None:
    guarantor = InstitutionFactory(guarantor=True)
    loan = LoanFactory(rd=True, application__bank=committed.scene.bank, application__entry=committed.scene.rd_entry)
    watching = Caller.of(guarantor)
    committed.on(date(2024, 4, 8))
    watching.renew()
    given = {"guarantor_id": str(guarantor.public_id), "number": "DB1", "fee_rate": "0.005", "is_batch_scheme": True}
    committed.bank.post(f"loans/{loan.public_id}/guarantee/", given)
    assert types(watching.get("events/")) == ["loan.guaranteed"]


@pytest.mark.parametrize("query", ["cursor=abc", "cursor=WzFd", "limit=0", "types=colour", "kind=1"])
def test_what_means_nothing_is_refused(stage: Stage, query: str) -> None:
    assert stage.bank.get(f"events/?{query}", status=400)["errors"]


def test_types_can_be_chosen(committed: Stage) -> None:
    committed.signed()
    page = committed.bank.get("events/?types=loan.signed&types=application.approved")
    assert types(page) == ["application.approved", "loan.signed"]


@pytest.mark.django_db(transaction=True)
def test_no_committed_event_is_skipped_by_a_cursor_whatever_commits_first() -> None:
    member = Member.objects.select_related("institution").get(pk=issued(InstitutionFactory()).client.member_id)
    loan = LoanFactory(application__bank=member.institution)
    wrote, may_commit = threading.Event(), threading.Event()

    def write(verb: str) -> None:
        scope = Scope(bank_id=member.institution_id)
        record(verb=verb, obj=loan, actor=member, occurred_at=noon(date(2024, 3, 1)), scope=scope)

    def slow() -> None:
        try:
            with transaction.atomic():
                write("loan.drawdown")
                wrote.set()
                may_commit.wait(10)
        finally:
            connection.close()

    start = read_events(member, after=FeedPosition(), limit=100).position
    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(10)
    write("loan.repayment")  # begun later, committed earlier
    between = read_events(member, after=start, limit=100)
    assert between.events == []  # nothing is told while the earlier one may still commit
    may_commit.set()
    thread.join()
    after = read_events(member, after=between.position, limit=100)
    assert [event.verb for event in after.events] == ["loan.drawdown", "loan.repayment"]
    write("loan.cure")
    assert [event.verb for event in read_events(member, after=after.position, limit=100).events] == ["loan.cure"]


def test_every_step_of_an_application_and_kind_of_movement_has_a_name() -> None:
    assert {row.verb for row in APPLICATION_STEPS} <= set(NAME_OF)
    assert {f"loan.{kind}" for kind in MovementKind.values} <= set(NAME_OF)
    assert len({one.name for one in EVENT_TYPES}) == len({one.verb for one in EVENT_TYPES}) == len(EVENT_TYPES)


@pytest.mark.parametrize("verb", ["application.approve", "application.approved"], ids=["sealed under the old verb", "new"])
def test_a_log_with_old_and_new_verbs_is_told_by_one_name(verb: str, committed: Stage) -> None:
    member = MemberFactory(institution=committed.scene.bank)
    application = ApplicationFactory(bank=committed.scene.bank, submitted=True)
    scope = Scope(bank_id=member.institution_id, enterprise_id=application.enterprise_id)
    after = {"state": "approved"}
    record(verb=verb, obj=application, actor=member, occurred_at=noon(date(2024, 3, 20)), after=after, scope=scope)
    told = read_events(member, after=FeedPosition(), limit=100, types=["application.approved"]).events
    assert [as_json(event, reader=member, namespace=SOME)["type"] for event in told] == ["application.approved"]
    assert [as_json(event, reader=member, namespace=SOME)["data"] for event in told] == [after]
    assert [verb_of(event) for event in told] == [APPLICATION_STEP["approve"].label]


def test_queries_of_the_feed_do_not_grow(committed: Stage, django_assert_num_queries: Any) -> None:
    committed.signed()
    for limit in (1, 100):
        with django_assert_num_queries(3):  # the token, the horizon, the events
            committed.bank.get(f"events/?limit={limit}")
