from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from celery.signals import worker_shutdown
from django.db import connection, transaction

from audit import sealing
from audit.models import Event, Seal, SealedEvent
from audit.services import record
from audit.tasks import seal_events as seal_task
from audit.verification import stored_batches, stored_damages
from parties.selectors import system_member
from tests.factories import seeded_district

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
COPY = (
    "INSERT INTO audit_event (verb, object_type, object_id, object_label, actor_id, actor_name, actor_kind, party_id, party_name,"
    " before, after, remark, occurred_at) SELECT %s, object_type, object_id, object_label, actor_id, actor_name, actor_kind, party_id,"
    " party_name, before, after, remark, occurred_at FROM audit_event LIMIT 1 RETURNING id"
)


def write(count=1):
    actor, district = system_member(), seeded_district()
    return [record(verb=f"tested.{n}", obj=district, actor=actor, occurred_at=AT, after={"n": n}).pk for n in range(count)]


def sealed():
    return list(SealedEvent.objects.order_by("batch", "position").values_list("event_id", flat=True))


@pytest.fixture
def other():
    """A second, real connection to the same database."""
    second = connection.copy()
    second.set_autocommit(False)
    yield second
    second.rollback()
    second.close()


@contextmanager
def triggers_off():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def test_a_worker_that_ends_leaves_nothing_unsealed():
    written = write(2)
    worker_shutdown.send(sender=None)
    assert sealed() == written


def test_every_settled_event_is_sealed_once():
    first = write(3)
    assert sealing.seal_events(at=AT) == 3
    assert sealing.seal_events(at=AT) == 0
    second = write(2)
    assert sealing.seal_events(at=AT) == 2
    assert sealed() == first + second
    assert list(Seal.objects.values_list("number", "events_count")) == [(1, 3), (2, 2)]
    assert not list(stored_damages(stored_batches()))


def test_a_run_makes_batches_of_the_size_asked_for():
    written = write(5)
    assert sealing.seal_events(at=AT, batch_size=2) == 5
    assert list(Seal.objects.values_list("events_count", flat=True)) == [2, 2, 1]
    assert sealed() == written


def test_an_event_behind_a_running_transaction_waits(other):
    early = write()
    with other.cursor() as cursor:
        cursor.execute(COPY, ["from the slow transaction"])
        slow = cursor.fetchone()[0]
    late = write()  # committed, but younger than the one still running

    assert sealing.seal_events(at=AT) == 1
    assert sealed() == early

    other.commit()
    assert sealing.seal_events(at=AT) == 2
    assert sealed() == [*early, slow, *late]


def test_a_transaction_that_rolls_back_holds_nothing_up(other):
    write()
    with other.cursor() as cursor:
        cursor.execute(COPY, ["never happened"])
    late = write()
    other.rollback()
    assert sealing.seal_events(at=AT) == 2
    assert sealed()[-1:] == late


def test_writers_do_not_wait_for_the_sealer(other):
    write(2)
    with transaction.atomic():
        sealing.seal_events(at=AT)
        with other.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            cursor.execute(COPY, ["while sealing"])
        other.commit()
    assert Event.objects.count() == 3


def test_a_second_sealer_leaves_the_work_to_the_first(other):
    write()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealing._LOCK])
    assert sealing.seal_events(at=AT) == 0
    other.rollback()
    assert sealing.seal_events(at=AT) == 1


def test_killed_between_two_batches_and_run_again_seals_the_same(monkeypatch):
    written = write(5)
    plain, calls = sealing._write, []

    def dies_in_the_second(*args, **kwargs):
        plain(*args, **kwargs)
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(sealing, "_write", dies_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        sealing.seal_events(at=AT, batch_size=2)
    monkeypatch.undo()
    assert sealed() == written[:2]

    assert sealing.seal_events(at=AT, batch_size=2) == 3
    assert sealed() == written
    assert list(Seal.objects.values_list("events_count", flat=True)) == [2, 2, 1]
    assert not list(stored_damages(stored_batches()))


def test_a_copy_restored_where_transactions_count_anew_goes_on():
    """The old cluster had counted past ten billion; here numbers are small again, and the old horizon means nothing."""
    written = write(2)
    sealing.seal_events(at=AT)
    unsealed = write(2)
    with triggers_off() as cursor:
        cursor.execute("UPDATE audit_event SET transaction = transaction + 10000000000")
        cursor.execute("UPDATE audit_seal SET cluster = 'the old one', horizon = horizon + 10000000000")
    new = write(2)

    assert sealing.seal_events(at=AT) == 4
    assert sealed() == written + unsealed + new
    assert sealing.seal_events(at=AT) == 0
    latest = write()
    assert sealing.seal_events(at=AT) == 1
    assert sealed()[-1:] == latest


def test_below_the_known_horizon_nothing_is_searched(django_assert_max_num_queries):
    write(2)
    sealing.seal_events(at=AT)
    seal = Seal.objects.get()
    assert seal.horizon is not None
    sql = str(sealing._settled(known=seal.horizon).query)
    assert f'"audit_event"."transaction" >= {seal.horizon}' in sql


def test_the_job_seals():
    written = write()
    assert seal_task() == 1
    assert sealed() == written
