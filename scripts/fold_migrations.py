"""
Write constraints, indexes and triggers of an app's first migration into the CREATE TABLE they belong to.

``makemigrations`` leaves each as an operation of its own, since a trigger stands between. Django then renders every related model anew
for each of them, and building a database takes four times as long. Usage: python scripts/fold_migrations.py APP …
"""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanzhou_fund.settings")

import django  # noqa: E402
from django.db.migrations.migration import Migration  # noqa: E402
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel  # noqa: E402
from django.db.migrations.operations.base import Operation  # noqa: E402
from django.db.migrations.optimizer import MigrationOptimizer  # noqa: E402
from django.db.migrations.writer import MigrationWriter  # noqa: E402
from pgtrigger.migrations import AddTrigger  # noqa: E402

KINDS = {AddConstraint: ("constraints", "constraint"), AddIndex: ("indexes", "index"), AddTrigger: ("triggers", "trigger")}


def folded(operations: list[Operation], app: str) -> list[Operation]:
    """Return the operations with each constraint, index and trigger inside its model's creation, unless it speaks of a later field."""
    triggers = [operation for operation in operations if isinstance(operation, AddTrigger)]
    others = MigrationOptimizer().optimize([operation for operation in operations if operation not in triggers], app)
    created = {operation.name_lower: operation for operation in others if isinstance(operation, CreateModel)}
    later = [(operation.model_name_lower, operation.name) for operation in others if isinstance(operation, AddField)]
    kept: list[Operation] = []
    for operation in (*others, *triggers):
        option, kind = KINDS.get(type(operation), ("", ""))
        if not option or operation.model_name_lower not in created:
            kept.append(operation)
            continue
        thing = getattr(operation, kind)
        text = MigrationWriter.serialize(thing)[0]
        if any(model == operation.model_name_lower and field in text for model, field in later):
            kept.append(operation)
        else:
            created[operation.model_name_lower].options.setdefault(option, []).append(thing)
    return kept


def main() -> int:
    """Fold the first migration of each named app and put it into its place."""
    django.setup()
    for app in sys.argv[1:]:
        migration: Migration = import_module(f"{app}.migrations.0001_initial").Migration("0001_initial", app)
        before = len(migration.operations)
        migration.operations = folded(migration.operations, app)
        if len(migration.operations) == before:
            continue
        path = ROOT / app / "migrations" / "0001_initial.py"
        path.write_text(MigrationWriter(migration, include_header=False).as_string(), encoding="utf-8")
        print(f"{app}: {before} -> {len(migration.operations)}")
    return subprocess.call(
        [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"], cwd=ROOT
    )


if __name__ == "__main__":
    sys.exit(main())
