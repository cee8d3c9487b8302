"""Write migrations as upgrades without downtime need them: a check is added unproved to a table that is there, and proved after it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.core.management.commands import makemigrations
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddConstraint, CreateModel
from django.db.models import CheckConstraint


class Command(makemigrations.Command):
    """``makemigrations`` that keeps the rule of ``docs/development.md`` for checks by itself."""

    def write_migration_files(
        self, changes: Mapping[str, Sequence[Migration]], update_previous_migration_paths: dict[str, str] | None = None
    ) -> None:
        """Write each migration that adds checks as two."""
        parted = {app: [part for migration in found for part in in_two(migration)] for app, found in changes.items()}
        super().write_migration_files(parted, update_previous_migration_paths)


def in_two(migration: Migration) -> list[Migration]:
    """Return the migration with checks on tables that are there added unproved, and the one that proves them; itself where none are."""
    created = {one.name.lower() for one in migration.operations if isinstance(one, CreateModel)}
    proofs: list[Any] = []
    operations: list[Any] = []
    for one in migration.operations:
        if isinstance(one, AddConstraint) and isinstance(one.constraint, CheckConstraint) and one.model_name.lower() not in created:
            operations.append(AddConstraintNotValid(model_name=one.model_name, constraint=one.constraint))
            proofs.append(ValidateConstraint(model_name=one.model_name, name=one.constraint.name))
        else:
            operations.append(one)
    if not proofs:
        return [migration]
    parted: Any = migration  # a migration's own lists, typed as its class's
    parted.operations = operations
    number = MigrationAutodetector.parse_number(migration.name) or 0
    proved: Any = Migration(f"{number + 1:04d}_{migration.name.partition('_')[2]}_holds", migration.app_label)
    proved.operations, proved.dependencies = proofs, [(migration.app_label, migration.name)]
    return [migration, proved]
