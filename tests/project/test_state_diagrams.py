"""The committed diagrams are those of the transitions, and every step has its actors and its clause."""

import pytest
from django.apps import apps
from django.core.management import call_command

from quanzhou_fund.state_diagrams import DIAGRAMS, FOLDER, Diagram, text_of

EACH = pytest.mark.parametrize("diagram", DIAGRAMS, ids=[diagram.name for diagram in DIAGRAMS])


@EACH
def test_the_committed_page_is_current(diagram: Diagram) -> None:
    assert diagram.path.read_text(encoding="utf-8") == text_of(diagram), "run manage.py state_diagrams"


@EACH
def test_every_step_says_who_and_on_what_it_rests(diagram: Diagram) -> None:
    for transition in apps.get_model(diagram.model)._meta.get_field("state").get_all_transitions(apps.get_model(diagram.model)):
        assert diagram.label(transition)
        assert diagram.who(transition.name)
        assert "Source: " in (transition.method.__doc__ or "")


def test_no_page_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == {diagram.name for diagram in DIAGRAMS}


def test_the_command_finds_nothing_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("state_diagrams", "--check")
    assert "current" in capsys.readouterr().out
