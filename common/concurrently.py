"""Unique constraints on expressions, added while the version before serves."""

from typing import Any

from django.contrib.postgres.operations import NotInTransactionMixin
from django.db.migrations.operations import AddConstraint


class AddUniqueConcurrently(NotInTransactionMixin, AddConstraint):
    """
    Add a unique constraint on expressions without keeping writers waiting; the migration is not ``atomic``.

    Rows that are the same to it make it fail, and leave an index that is invalid: drop that, mend the rows, run it again.
    """

    atomic = False

    def describe(self) -> str:
        """Return what it does."""
        return f"Concurrently {super().describe()}"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Build the index beside the rows."""
        self._ensure_not_in_transaction(schema_editor)
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            made = str(self.constraint.create_sql(model, schema_editor))
            schema_editor.execute(made.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1), params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop it."""
        self._ensure_not_in_transaction(schema_editor)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.constraint.name)}")
