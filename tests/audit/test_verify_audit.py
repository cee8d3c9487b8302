from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from audit import sealing
from audit.models import Seal
from audit.verification import write_export
from tests.audit.test_sealing import AT, COPY, triggers_off, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def events():
    written = write(3)
    sealing.seal_events(at=AT)
    later = write(2)
    sealing.seal_events(at=AT)
    return written + later


def verify(**options):
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=err, **options)
    except CommandError as failed:
        return err.getvalue().splitlines() if failed.returncode == 1 else []
    return out.getvalue()


def test_an_untouched_log_is_sound_and_the_last_seal_is_printed(events):
    write(1)
    last = Seal.objects.get(number=2)
    said = verify()
    assert f"核对2批封存。最后一批 2:{last.digest}" in said
    assert "尚未封存的事件：1条" in said


def test_an_empty_log_is_sound():
    assert "核对0批封存" in verify()


TAMPERED = [
    "remark = 'x'",
    "verb = 'tested.9'",
    "after = '{\"n\": 1.0}'",
    "occurred_at = occurred_at + interval '1 microsecond'",
    "recorded_at = recorded_at - interval '1 second'",
    "actor_name = actor_name || ' '",
    "source_address = '10.0.0.1'",
    "bank_id = 0",
    "transaction = transaction + 1",
]


@pytest.mark.parametrize("change", TAMPERED)
def test_one_altered_byte_is_found_and_the_event_named(events, change):
    with triggers_off() as cursor:
        cursor.execute(f"UPDATE audit_event SET {change} WHERE id = %s", [events[1]])
    (sentence,) = verify()
    assert sentence.startswith(f"事件{events[1]}（")


def test_a_removed_event_is_named(events):
    with triggers_off() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [events[4]])
    assert verify() == [f"事件{events[4]}已封存于第2批，但记录已不存在。"]


def test_an_event_removed_with_its_seal_breaks_the_batch(events):
    with triggers_off() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [events[4]])
        cursor.execute("DELETE FROM audit_sealedevent WHERE event_id = %s", [events[4]])
    assert verify() == ["第2批的封存记录与其摘要不符。"]


def test_an_event_slipped_in_behind_the_seals_is_named(events):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY, ["forged"])
        forged = cursor.fetchone()[0]
    with triggers_off() as cursor:
        cursor.execute("UPDATE audit_event SET transaction = 3 WHERE id = %s", [forged])
    (sentence,) = verify()
    assert f"事件{forged}（forged" in sentence
    assert "事后插入" in sentence
    assert sealing.seal_events(at=AT) == 0


BROKEN = [
    pytest.param("UPDATE audit_seal SET digest = repeat('a', 64) WHERE number = 1", 2, id="a digest: itself and the link to it"),
    pytest.param("UPDATE audit_seal SET sealed_at = sealed_at + interval '1 day' WHERE number = 2", 1, id="the day of sealing"),
    pytest.param("UPDATE audit_seal SET horizon = horizon + 1 WHERE number = 2", 1, id="the horizon"),
    pytest.param("UPDATE audit_sealedevent SET digest = repeat('b', 64) WHERE position = 0 AND batch_id = 2", 2, id="an event's digest"),
    pytest.param("DELETE FROM audit_sealedevent WHERE batch_id = 1; DELETE FROM audit_seal WHERE number = 1", 1, id="a whole link"),
]


@pytest.mark.parametrize(("statement", "sentences"), BROKEN)
def test_a_broken_link_is_found(events, statement, sentences):
    with triggers_off() as cursor:
        cursor.execute(statement)
    assert len([sentence for sentence in verify() if "插入" not in sentence]) == sentences


def test_cutting_off_the_end_is_found_by_a_seal_kept_elsewhere(events):
    anchor = f"2:{Seal.objects.get(number=2).digest}"
    assert "完好" in verify(anchor=anchor)
    with triggers_off() as cursor:
        cursor.execute("DELETE FROM audit_sealedevent WHERE batch_id = 2; DELETE FROM audit_seal WHERE number = 2")
        cursor.execute("DELETE FROM audit_event WHERE id > %s", [events[2]])
    assert "完好" in verify()
    assert verify(anchor=anchor) == ["另行抄存的第2批封存与现有记录不符，封存链被改写或截断。"]


def test_an_export_is_checked_without_the_database(events, tmp_path):
    export = tmp_path / "log.jsonl"
    call_command("export_audit", str(export), stdout=StringIO())
    assert "核对2批封存" in verify(source=str(export))
    export.write_text(export.read_text(encoding="utf-8").replace("tested.1", "tested.7", 1), encoding="utf-8")
    (sentence,) = verify(source=str(export))
    assert sentence.startswith(f"事件{events[1]}（tested.7")


def test_the_log_is_read_in_few_queries(django_assert_num_queries):
    for _ in range(5):
        write(2)
        sealing.seal_events(at=AT)
    with django_assert_num_queries(3):
        assert write_export(StringIO()) == 5
