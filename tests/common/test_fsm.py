"""What a migration's models leave behind."""

from django.db import models
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.signals import class_prepared
from django_fsm import FSMField

import common.fsm as fsm


def test_historical_models_do_not_listen_for_further_ones() -> None:
    """Each that did was called for every model of every later migration."""
    assert fsm
    before = len(class_prepared.receivers)
    state = ProjectState()
    state.add_model(ModelState("somewhere", "Case", [("id", models.AutoField(primary_key=True)), ("state", FSMField(default="new"))]))
    assert state.apps.get_model("somewhere", "Case")._meta.get_field("state").default == "new"
    assert len(class_prepared.receivers) == before
