from datetime import UTC, datetime

import pgtrigger
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from audit.models import Event, Seal, SealedEvent
from audit.services import record
from parties.selectors import system_member
from tests.factories import EnterpriseFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def event():
    return record(verb="tested", obj=EnterpriseFactory(), actor=system_member(), occurred_at=AT)


CHANGES = [
    pytest.param("UPDATE audit_event SET remark = 'x'", id="update"),
    pytest.param("DELETE FROM audit_event", id="delete"),
    pytest.param("TRUNCATE audit_event CASCADE", id="truncate"),
    pytest.param("UPDATE audit_seal SET digest = ''", id="update a seal"),
    pytest.param("DELETE FROM audit_sealedevent", id="delete from a batch"),
    pytest.param("TRUNCATE audit_seal CASCADE", id="truncate the seals"),
]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_the_log(event, statement):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_guard_is_not_switched_off_by_ignoring_triggers(event):
    with pgtrigger.ignore(), pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.update(remark="x")


def test_a_batch_holds_one_event_per_place(event):
    seal = Seal.objects.create(number=1, previous_digest="0" * 64, digest="1" * 64, events_count=1, cluster="1", sealed_at=AT)
    SealedEvent.objects.create(event=event, batch=seal, position=0, digest="2" * 64)
    other = record(verb="tested", obj=seal, actor=system_member(), occurred_at=AT)
    with pytest.raises(IntegrityError, match="sealed_event_place_once"), transaction.atomic():
        SealedEvent.objects.create(event=other, batch=seal, position=0, digest="3" * 64)


@pytest.mark.parametrize(("name", "wrong"), [("seal_not_empty", {"events_count": 0}), ("seal_number_positive", {"number": 0})])
def test_a_seal_is_numbered_from_one_and_not_empty(name, wrong):
    fields = {"number": 1, "previous_digest": "", "digest": "1" * 64, "events_count": 1, "cluster": "1", "sealed_at": AT}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Seal.objects.create(**fields | wrong)
