"""
Every model with a state has one table of steps; its transitions, its graph in the database and its committed diagram are the table's.
"""

from collections.abc import Iterator

import pgtrigger
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Field, Model
from django_fsm import FSMField

from common.transitions import edges
from parties.disclosure import declared
from quanzhou_fund.settings import BASE_DIR
from quanzhou_fund.state_diagrams import DIAGRAMS, FOLDER, STATELESS, Diagram, field_of, text_of

EACH = pytest.mark.parametrize("diagram", DIAGRAMS, ids=[diagram.name for diagram in DIAGRAMS])
NAMES = {"state", "status", "stage", "step"}


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if (BASE_DIR / model._meta.app_label).is_dir()]


def states_of(model: type[Model]) -> Iterator[Field]:
    """Yield the fields in which a model holds where it stands."""
    for field in model._meta.concrete_fields:
        if isinstance(field, FSMField) or (field.name in NAMES and field.choices):
            yield field


def test_every_model_with_a_state_has_one_table() -> None:
    stateful = {model._meta.label: [field.name for field in states_of(model)] for model in own_models()}
    found = {label: names for label, names in stateful.items() if names}
    assert len(found) > len(DIAGRAMS) - 1  # the walk finds what there is
    assert found == {one.model: [one.field] for one in DIAGRAMS} | {label: ["state"] for label in STATELESS}


@EACH
def test_transitions_are_the_tables(diagram: Diagram) -> None:
    model = apps.get_model(diagram.model)
    moves = {(one.name, str(one.source), str(one.target)) for one in field_of(diagram).get_all_transitions(model)}
    assert moves == {(row.name, str(source), str(row.target)) for row in diagram.table for source in row.sources}


@EACH
def test_the_database_holds_the_graph(diagram: Diagram) -> None:
    """Sealed and paper bids and tenders have triggers of their own that also judge each step's facts; every other case has the table's."""
    graphs = [trigger for trigger in getattr(apps.get_model(diagram.model)._meta, "triggers", []) if isinstance(trigger, pgtrigger.FSM)]
    if diagram.name in {"tender", "sealed-bid", "paper-bid"}:
        assert not graphs
        return
    (graph,) = graphs
    assert (graph.field, sorted(graph.transitions)) == (diagram.field, edges(diagram.table))


UNTOLD = {  # what no house outside the bureaus is told, and why
    "import.checked": "lists are the bureaus' own",
    "import.reading_asked": "lists are the bureaus' own",
    "import.reading_confirmed": "lists are the bureaus' own",
    "import.unreadable": "lists are the bureaus' own",
    "import.committed": "lists are the bureaus' own",
    "import.discarded": "lists are the bureaus' own",
    "rate_objection.answer_proposed": "a draft of 市工信局's own until a second person confirms it",
    "rate_objection.sent_back": "a draft of 市工信局's own until a second person confirms it",
    "participation_decision.sent_back": "a proposal of 市工信局's own, given back within the house",
    "bid.superseded": "follows from a later bid, which is told",
    "paper_bid.checked": "entered and checked at 市工信局; the opening record is what banks read",
    "paper_bid.sent_back": "entered and checked at 市工信局; the opening record is what banks read",
}


def test_history_says_of_every_step_whom_it_is_told() -> None:
    """``history.py`` opens a step's verb to somebody, or the step stands above with the reason why nobody reads it."""
    told = {verb for _, verb in declared()}
    verbs = {row.verb for one in DIAGRAMS for row in one.table if row.verb}
    assert verbs - told == set(UNTOLD)


@EACH
def test_the_committed_page_is_current(diagram: Diagram) -> None:
    assert diagram.path.read_text(encoding="utf-8") == text_of(diagram), "run manage.py state_diagrams"


@EACH
def test_every_step_says_who_and_on_what_it_rests(diagram: Diagram) -> None:
    for transition in field_of(diagram).get_all_transitions(apps.get_model(diagram.model)):
        assert diagram.label(transition.name)
        assert diagram.who_may(transition.name)
        assert "Source: " in (transition.method.__doc__ or "")


def test_no_page_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == {diagram.name for diagram in DIAGRAMS}


def test_the_command_finds_nothing_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("state_diagrams", "--check")
    assert "current" in capsys.readouterr().out
