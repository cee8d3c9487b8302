"""Decisions that the register gained since it was first stored; where a new database has them already, nothing is written."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def add_missing(apps: Any, schema_editor: Any) -> None:
    """Source: FP 3.3."""
    decision = apps.get_model("policy", "Decision")
    rows = json.loads((SEEDS / "decisions.json").read_text(encoding="utf-8"))["decisions"]
    known = set(decision.objects.values_list("id", flat=True))
    decision.objects.bulk_create(
        decision(id=id_, point=point, wording=wording, position=n)
        for n, (id_, point, wording) in enumerate(rows, start=1)
        if id_ not in known
    )


class Migration(migrations.Migration):
    dependencies = [("policy", "0005_hold_calendar")]
    reviewed = {"DATA_UNDER_LOCK": "a handful of new rows in a register that nobody writes"}

    operations = [migrations.RunPython(add_missing, migrations.RunPython.noop, elidable=False)]
