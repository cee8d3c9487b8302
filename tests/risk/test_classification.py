"""Five-tier classes: suggested by jobs, decided by banks, kept with their history."""

from datetime import date, timedelta

import pytest
from django.db import InternalError, transaction

from common.errors import InvalidInput, ReasonMissing
from loans.enums import MovementKind
from notices.models import Notice
from parties.access import RoleMissing
from parties.selectors import system_member
from risk.classification.selectors import grades_of, overdue_days_of
from risk.classification.services import ClassifiedBefore, DayToCome, classify_loan, suggest_classes
from risk.enums import Grade, SuggestionState
from risk.models import Classification, ClassificationSuggestion
from tests.factories import MemberFactory
from tests.loan_factories import move, noon
from tests.risk.scene import NOW, TODAY, Scene

OVERDUE_ON = date(2025, 1, 1)


def overdue(scene: Scene, on: date = OVERDUE_ON) -> object:
    loan = scene.loan(1_000_000)
    move(loan, MovementKind.OVERDUE, "400000.00", on)
    return loan


def suggest(on: date) -> int:
    return suggest_classes(actor=system_member(), at=noon(on))


@pytest.mark.clause("FP 1.5.3")
def test_a_job_suggests_by_overdue_days_and_says_it_once(scene: Scene) -> None:
    loan = overdue(scene)
    assert suggest(OVERDUE_ON + timedelta(days=90)) == 1  # 91 days
    assert suggest(OVERDUE_ON + timedelta(days=91)) == 0
    suggestion = ClassificationSuggestion.objects.get()
    assert (suggestion.loan, suggestion.grade, suggestion.overdue_days) == (loan, Grade.SUBSTANDARD, 91)
    assert Notice.objects.get(kind="classification").institution == scene.bank
    assert suggest(OVERDUE_ON + timedelta(days=270)) == 1
    assert list(ClassificationSuggestion.objects.order_by("id").values_list("state", "grade")) == [
        (SuggestionState.OUTDATED, Grade.SUBSTANDARD),
        (SuggestionState.OPEN, Grade.DOUBTFUL),
    ]


@pytest.mark.clause("FP 1.5.3")
def test_a_suggestion_lapses_where_the_overdue_principal_was_paid(scene: Scene) -> None:
    loan = overdue(scene)
    suggest(OVERDUE_ON + timedelta(days=10))
    move(loan, MovementKind.REPAYMENT, loan.balance.outstanding, OVERDUE_ON + timedelta(days=11))
    assert suggest(OVERDUE_ON + timedelta(days=12)) == 0
    assert ClassificationSuggestion.objects.get().state == SuggestionState.OUTDATED


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.parametrize(("grade", "state"), [("substandard", SuggestionState.TAKEN), ("doubtful", SuggestionState.OVERRULED)])
def test_the_bank_decides(scene: Scene, grade: str, state: SuggestionState) -> None:
    loan = overdue(scene)
    day = OVERDUE_ON + timedelta(days=100)
    suggest(day)
    classify_loan(loan_id=loan.public_id, grade=grade, on=day, reason="现场检查", actor=scene.handler, at=noon(day))  # type: ignore[attr-defined]
    suggestion = ClassificationSuggestion.objects.get()
    assert (suggestion.state, suggestion.answer) == (state, Classification.objects.get())
    assert suggest(day) == 0
    assert grades_of([loan.pk], on=day) == {loan.pk: grade}  # type: ignore[attr-defined]
    assert grades_of([loan.pk], on=day - timedelta(days=1)) == {loan.pk: Grade.NORMAL}  # type: ignore[attr-defined]


def test_another_class_than_suggested_needs_a_reason(scene: Scene) -> None:
    loan = scene.loan(1_000_000)
    with pytest.raises(ReasonMissing):
        classify_loan(loan_id=loan.public_id, grade="loss", on=TODAY, reason="", actor=scene.handler, at=NOW)
    classify_loan(loan_id=loan.public_id, grade="normal", on=TODAY, reason="", actor=scene.handler, at=NOW)
    with pytest.raises(ClassifiedBefore):
        classify_loan(loan_id=loan.public_id, grade="loss", on=TODAY, reason="停产", actor=scene.handler, at=NOW)
    with pytest.raises(DayToCome):
        classify_loan(loan_id=loan.public_id, grade="loss", on=TODAY + timedelta(days=1), reason="停产", actor=scene.handler, at=NOW)
    other = scene.loan(1_000_000)
    with pytest.raises(InvalidInput) as mistyped:
        classify_loan(loan_id=other.public_id, grade="loss", on=date(26, 11, 28), reason="停产", actor=scene.handler, at=NOW)
    assert [one.code for one in mistyped.value.errors] == ["day_out_of_bounds"]


def test_only_its_bank_decides(scene: Scene) -> None:
    loan = scene.loan(1_000_000)
    with pytest.raises(RoleMissing):
        classify_loan(loan_id=loan.public_id, grade="loss", on=TODAY, reason="x", actor=MemberFactory.serving("city_industry"), at=NOW)


def test_history_cannot_be_rewritten(scene: Scene) -> None:
    loan = scene.loan(1_000_000)
    classify_loan(loan_id=loan.public_id, grade="normal", on=TODAY, reason="", actor=scene.handler, at=NOW)
    with pytest.raises(InternalError), transaction.atomic():
        Classification.objects.update(grade="normal")
    with pytest.raises(InternalError), transaction.atomic():
        Classification.objects.all().delete()


def test_overdue_days_of_many_loans_are_one_query(scene: Scene, django_assert_num_queries: object) -> None:
    loans = [overdue(scene, OVERDUE_ON + timedelta(days=n)).pk for n in range(3)]  # type: ignore[attr-defined]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert list(overdue_days_of(loans, on=OVERDUE_ON + timedelta(days=9)).values()) == [10, 9, 8]
