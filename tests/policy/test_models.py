"""What the database itself refuses, by the name of the constraint."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from policy.models import (
    CalendarDay,
    CalendarNotice,
    Confirmation,
    Deadline,
    DeadlineChange,
    Decision,
    PolicyVersion,
    ReturnRate,
)
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


def version(**fields: Any) -> PolicyVersion:
    return PolicyVersion(**({"number": 9, "name": "后续方案", "valid_from": date(2026, 1, 1), "valid_until": None, "terms": {}} | fields))


def rate(**fields: Any) -> ReturnRate:
    plain = {
        "rate": Decimal("0.032"),
        "effective_on": date(2023, 3, 1),
        "decided_on": date(2023, 2, 20),
        "document_number": "泉工信〔2023〕8号",
    }
    return ReturnRate(**(plain | fields))


def notice(**fields: Any) -> CalendarNotice:
    return CalendarNotice(**({"year": 2027, "document_number": "国办发明电〔2026〕9号", "published_on": date(2026, 11, 5)} | fields))


def deadline(**fields: Any) -> Deadline:
    plain = {"started_on": date(2024, 1, 15), "working_days": 30, "due_on": date(2024, 2, 29), "calendar_version": 1, "clause": "FP 1.6.3"}
    return Deadline(**(plain | {"purpose": "批复"} | fields))


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        pytest.param(lambda: version(valid_until=date(2026, 1, 1)), "policy_version_period", id="a version of no day"),
        pytest.param(lambda: version(valid_from=date(2025, 12, 31)), "policy_version_no_overlap", id="one day under two versions"),
        pytest.param(lambda: version(valid_from=date(2022, 1, 1)), "policy_version_no_overlap", id="an open version around version 1"),
        pytest.param(lambda: rate(rate=Decimal(0)), "return_rate_is_a_rate", id="no rate"),
        pytest.param(lambda: rate(rate=Decimal("3.2")), "return_rate_is_a_rate", id="a percentage taken for a fraction"),
        pytest.param(
            lambda: rate(running_loans_from=date(2023, 2, 28)),
            "return_rate_running_loans_not_before_effect",
            id="running loans before the rate is in force",
        ),
        pytest.param(lambda: notice(document_number=""), "calendar_notice_is_official_or_provisional", id="official without a number"),
        pytest.param(lambda: deadline(due_on=date(2024, 1, 14)), "deadline_due_not_before_start", id="due before it begins"),
        pytest.param(lambda: deadline(closed_on=date(2024, 1, 14)), "deadline_closed_not_before_start", id="closed before it begins"),
    ],
)
def test_the_database_refuses(row: Callable[[], Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        row().save()


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(version, id="a successor from the day after"),
        pytest.param(lambda: version(valid_from=date(2022, 1, 1), valid_until=date(2023, 1, 1)), id="a version before"),
        pytest.param(lambda: rate(running_loans_from=date(2023, 3, 1)), id="running loans from the same day"),
        pytest.param(lambda: notice(document_number="", is_provisional=True), id="provisional without a number"),
        pytest.param(lambda: deadline(closed_on=date(2024, 1, 15)), id="closed on its first day"),
    ],
)
def test_the_database_takes_what_lies_on_the_limit(row: Callable[[], Any]) -> None:
    row().save()


def test_a_day_is_named_once_per_notice() -> None:
    with pytest.raises(IntegrityError, match="calendar_day_once_per_notice"):
        CalendarDay.objects.create(notice=CalendarNotice.objects.get(year=2024), on=date(2024, 10, 1), is_off=False)


def test_a_change_moves_its_deadline_and_only_once_per_notice() -> None:
    kept, of = deadline(), notice()
    kept.save()
    of.save()
    change = {"deadline": kept, "notice": of, "old_due_on": date(2024, 2, 29)}
    with pytest.raises(IntegrityError, match="deadline_change_moves"), transaction.atomic():
        DeadlineChange.objects.create(**change, new_due_on=date(2024, 2, 29))
    DeadlineChange.objects.create(**change, new_due_on=date(2024, 3, 1))
    with pytest.raises(IntegrityError, match="deadline_change_once_per_notice"):
        DeadlineChange.objects.create(**change, new_due_on=date(2024, 3, 4))


def confirmation() -> Confirmation:
    actor = MemberFactory.serving("city_treasury")
    return Confirmation.objects.create(
        version=PolicyVersion.objects.get(number=1),
        decision=Decision.objects.get(pk="D12"),
        institution=actor.institution,
        confirmed_on=date(2023, 6, 1),
        document_number="泉财函〔2023〕5号",
        recorded_by=actor,
    )


def test_an_institution_confirms_an_interpretation_once() -> None:
    first = confirmation()
    with pytest.raises(IntegrityError, match="confirmation_once"):
        Confirmation.objects.create(
            version=first.version,
            decision=first.decision,
            institution=first.institution,
            confirmed_on=date(2024, 1, 1),
            document_number="泉财函〔2024〕1号",
            recorded_by=first.recorded_by,
        )


@pytest.mark.parametrize("model", [CalendarDay, CalendarNotice, DeadlineChange], ids=lambda model: model._meta.verbose_name)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_is_entered_is_never_changed_or_deleted(model: Any, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))


@pytest.mark.parametrize("model", [Confirmation, ReturnRate, PolicyVersion], ids=lambda model: model._meta.verbose_name)
def test_what_a_checked_correction_alone_changes_is_never_emptied(model: Any) -> None:
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")


@pytest.mark.parametrize("entered", [rate, confirmation], ids=["rate", "confirmation"])
def test_rates_and_confirmations_change_by_a_checked_correction_alone(entered: Any) -> None:
    row = entered()
    if row.pk is None:
        row.save()
    for verb in ("UPDATE {} SET document_number = '改'", "UPDATE {} SET id = id", "DELETE FROM {}"):
        with pytest.raises(DatabaseError, match="checked correction"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(verb.format(row._meta.db_table))


def test_deadlines_are_never_deleted_and_versions_by_a_recorded_removal_alone() -> None:
    for model, words in ((Deadline, "append-only"), (PolicyVersion, "checked correction")):
        with pytest.raises(DatabaseError, match=words), transaction.atomic():
            model.objects.all()._raw_delete("default")


@pytest.mark.clause("D38")
@pytest.mark.parametrize("change", [{"terms": {}}, {"number": 7}], ids=["terms", "number"])
def test_terms_and_number_of_a_version_are_fixed(change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        PolicyVersion.objects.filter(number=1).update(**change)
    assert PolicyVersion.objects.filter(number=1).update(valid_from=date(2023, 1, 20)) == 1
