"""The clause register: every clause of the two plans and every decision on their open points."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def load(name: str) -> Any:
    return json.loads((SEEDS / name).read_text(encoding="utf-8"))


def add_register(apps: Any, schema_editor: Any) -> None:
    """Source: FP 3.3."""
    clause, decision = apps.get_model("policy", "Clause"), apps.get_model("policy", "Decision")
    clauses, decisions = load("clauses.json")["clauses"], load("decisions.json")["decisions"]
    clause.objects.bulk_create(
        clause(id=id_, place=place, wording=wording, position=n) for n, (id_, place, wording) in enumerate(clauses, start=1)
    )
    decision.objects.bulk_create(
        decision(id=id_, point=point, wording=wording, position=n) for n, (id_, point, wording) in enumerate(decisions, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("policy", "0002_rulebook")]

    operations = [migrations.RunPython(add_register, migrations.RunPython.noop, elidable=False)]
