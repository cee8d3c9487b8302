"""Tables that only grow: triggers of the database itself, which no setting of the program and no bulk statement goes around."""

from django.db.migrations.operations import RunSQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def forbid_changes(table: str, *, updates: bool = True) -> RunSQL:
    """
    Return the migration step that makes the database refuse UPDATE, DELETE and TRUNCATE on the table.

    The application's role loses every right but to read and add where a trigger is named ``…_append_only``. With ``updates=False``
    an UPDATE is left to a trigger of the app's own, the role keeps that right, and the name is ``…_never_deleted``.
    The statement-level trigger also refuses what would touch no row. Source: architecture, the database guards the books.
    """
    verbs = "UPDATE OR DELETE OR TRUNCATE" if updates else "DELETE OR TRUNCATE"
    name = f"{table}_{'append_only' if updates else 'never_deleted'}"
    return RunSQL(
        sql=f'{_FUNCTION} CREATE TRIGGER {name} BEFORE {verbs} ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();',
        reverse_sql=f'DROP TRIGGER {name} ON "{table}";',
    )
