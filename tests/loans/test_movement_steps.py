"""What a movement asks is declared once: every question is kept, carried, read from files, shown and described."""

from dataclasses import fields

import pytest

from api.upload_rows import names_of
from api.v1.loan_serializers import MOVEMENT_ASKED, MovementShown
from loans.admin.movements import MovementAdmin, ProposalAdmin
from loans.admin.steps import LOAN_STEPS
from loans.enums import MovementKind
from loans.models import Movement, Proposal
from loans.movement_steps import ANSWERS, CONTENT, MOVEMENT_STEP, NewMovement


@pytest.mark.parametrize("model", [Movement, Proposal])
def test_each_answer_is_a_keyword_and_a_column(model: type[Movement] | type[Proposal]) -> None:
    assert set(ANSWERS) == {field.name for field in fields(NewMovement)} - {"loan_id"}
    assert set(ANSWERS) <= {field.name for field in model._meta.get_fields()}


def test_each_answer_is_shown_on_pages_and_to_programs() -> None:
    assert set(ANSWERS) <= set(MovementAdmin.shows) & set(ProposalAdmin.shows) & set(MovementShown.Meta.fields)


@pytest.mark.parametrize("kind", MOVEMENT_STEP)
def test_each_question_is_asked_alike_of_people_programs_and_files(kind: MovementKind) -> None:
    row = MOVEMENT_STEP[kind]
    names = [question.name for question in row.asks]
    (offered,) = [step for step in LOAN_STEPS if step.name == kind.value]
    assert (offered.label, list(offered.form.base_fields)) == (row.label, names)
    assert list(MOVEMENT_ASKED[kind]().get_fields()) == names
    assert names_of(kind) == ("loan_id", "contract_number", *names)


def test_content_is_all_that_is_said_but_reference_and_reason() -> None:
    assert set(ANSWERS) - set(CONTENT) == {"bank_reference", "reason"}
