"""Two at once, on real connections."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.whitelist.cases import AT, again, agree, candidate, cleared, in_consultation, publish, published
from tests.whitelist.counterpart import SECRET, counterpart
from tests.whitelist.lists import as_csv, tax_row
from whitelist.access import StepNotOpen
from whitelist.enums import EntryState
from whitelist.models import Batch, Channel, ImportFile
from whitelist.services import review
from whitelist.services.caps import lock_cap_owner
from whitelist.services.delivering import send_due
from whitelist.services.intake import check_list, commit_list
from whitelist.services.review import pass_city
from whitelist.services.screening import screen_tax_list

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that start together; return what each gave or raised."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index: int, call: Callable[[], object]) -> None:
        try:
            start.wait()
            results[index] = call()
        except Exception as problem:
            results[index] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_entries_are_published_once(desk):
    entry = cleared(desk).entry
    results = at_once(*(lambda: publish([entry], desk.industry) for _ in range(4)))
    assert sorted(type(result).__name__ for result in results) == ["Batch", *["StepNotOpen"] * 3]
    assert Batch.objects.count() == 1


def test_two_batches_get_two_numbers(desk):
    entries = [cleared(desk).entry for _ in range(4)]
    results = at_once(*(lambda entry=entry: publish([entry], desk.industry) for entry in entries))
    assert sorted(batch.number for batch in results) == [1, 2, 3, 4]


def test_the_last_two_opinions_at_once_clear_the_entry(desk):
    entry = candidate(desk)
    pass_city(entry_ids=[entry.public_id], actor=desk.science, at=AT)
    at_once(lambda: agree([entry], desk.industry), lambda: agree([entry], desk.treasury))
    assert again(entry).state == EntryState.CLEARED


def test_lists_in_opposite_order_do_not_wait_for_each_other(desk):
    ids = [in_consultation(desk).entry.public_id for _ in range(6)]

    def send_back(order):
        return review.send_back(entry_ids=order, reason="理由", actor=desk.industry, at=AT)

    results = at_once(lambda: send_back(ids), lambda: send_back(ids[::-1]))
    assert sum(isinstance(result, StepNotOpen) for result in results) == 1


def test_the_same_file_twice_at_once_is_one(desk):
    content, actor = as_csv([tax_row(1), tax_row(2)]), desk.science

    def take_in():
        file = check_list(kind="tax_list", filename="名单.csv", content=content, actor=actor, at=AT)
        return commit_list(import_id=file.public_id, actor=actor, at=AT).outcomes

    assert at_once(take_in, take_in, take_in) == [{"new": 2}] * 3
    assert ImportFile.objects.count() == 1


def test_two_lists_with_the_same_enterprises_at_once(desk):
    actor = desk.science
    files = [
        check_list(kind="tax_list", filename="名单.csv", content=as_csv([tax_row(n) for n in numbers]), actor=actor, at=AT)
        for numbers in (range(50), range(49, -1, -1))
    ]
    results = at_once(*(lambda f=f: commit_list(import_id=f.public_id, actor=actor, at=AT).outcomes for f in files))
    assert sorted(results, key=str) == [{"new": 50}, {"unchanged": 50}]


def test_screening_twice_at_once_makes_each_candidate_once(desk):
    actor = desk.science
    file = check_list(kind="tax_list", filename="名单.csv", content=as_csv([tax_row(n) for n in range(20)]), actor=actor, at=AT)
    commit_list(import_id=file.public_id, actor=actor, at=AT)
    results = at_once(*(lambda: screen_tax_list(list_year=2024, actor=actor, at=AT).created for _ in range(3)))
    assert sorted(results) == [0, 0, 20]


def test_two_senders_send_each_delivery_once(desk, monkeypatch):
    monkeypatch.setenv("JINFUYUN_SECRET", SECRET)
    with counterpart() as platform:
        Channel.objects.create(
            code="jinfuyun", name="金服云", kind="jinfuyun", transport="http", url=platform.url, secret_setting="JINFUYUN_SECRET"
        )
        for _ in range(5):
            published(desk)
        at = AT + timedelta(minutes=1)
        at_once(*(lambda: send_due(at=at) for _ in range(3)))
        assert (len(platform.calls), len(platform.stored)) == (5, 5)


@pytest.mark.clause("D39")
def test_the_cap_owner_is_one_queue(desk):
    case = published(desk)
    order = []
    first_has_it, first_done = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            lock_cap_owner(case.entry)
            first_has_it.set()
            first_done.wait(0.3)
            order.append("first")

    def second():
        first_has_it.wait()
        with transaction.atomic():
            lock_cap_owner(case.entry)
            order.append("second")

    at_once(first, second)
    assert order == ["first", "second"]
