"""The database's own guard: a row changes only as a checked correction says, and goes only by a recorded removal."""

from django.db.migrations.operations import RunSQL

# The correction is saved as confirmed first; the new row must be the old one with its facts put in. Commas stand between kinds.
FUNCTION = """
CREATE OR REPLACE FUNCTION parties_only_by_correction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_key bigint := (to_jsonb(OLD) ->> TG_ARGV[1])::bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (
            SELECT FROM parties_correction c
            WHERE c.kind = ANY (string_to_array(TG_ARGV[0], ',')) AND c.row_id = row_key AND c.state = 'confirmed' AND c.action = 'remove'
        ) THEN
            RETURN OLD;
        END IF;
    ELSIF EXISTS (
        SELECT FROM parties_correction c
        WHERE c.kind = ANY (string_to_array(TG_ARGV[0], ',')) AND c.row_id = row_key AND c.state = 'confirmed' AND c.action = 'correct'
            AND to_jsonb(jsonb_populate_record(OLD, c.after)) = to_jsonb(NEW)
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% changes by a checked correction alone: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def guard_function() -> RunSQL:
    """Return the migration step that makes the function of the guard."""
    return RunSQL(sql=FUNCTION, reverse_sql="DROP FUNCTION parties_only_by_correction();")


def renewed_guard_function() -> RunSQL:
    """Return the migration step that gives the guard its function as it is now, where an older one stands."""
    return RunSQL(sql=FUNCTION, reverse_sql=RunSQL.noop)


def other_kinds(table: str, kinds: str, *, before: str, key: str = "id") -> RunSQL:
    """Return the migration step by which a table's guard lets corrections of these kinds through."""
    wanted, known = only_by_correction(table, kinds, key=key), only_by_correction(table, before, key=key)
    return RunSQL(sql=f"{known.reverse_sql} {wanted.sql}", reverse_sql=f"{wanted.reverse_sql} {known.sql}")


def only_by_correction(table: str, kind: str, *, verbs: str = "UPDATE OR DELETE", key: str = "id") -> RunSQL:
    """
    Return the migration step by which rows of a table change only as a checked correction of this kind says.

    ``key`` is the column that names the row corrected. The application's role may write them, and the trigger holds what it writes.

    Source: architecture, the database guards the books.
    """
    name = f"{table}_only_by_correction"
    return RunSQL(
        sql=f'CREATE TRIGGER {name} BEFORE {verbs} ON "{table}" FOR EACH ROW EXECUTE FUNCTION'
        f" parties_only_by_correction('{kind}', '{key}');",
        reverse_sql=f'DROP TRIGGER {name} ON "{table}";',
    )


def never_truncated(table: str) -> RunSQL:
    """Return the migration step that refuses TRUNCATE, which no trigger of rows sees."""
    name = f"{table}_never_truncated"
    return RunSQL(
        sql=f'CREATE TRIGGER {name} BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();',
        reverse_sql=f'DROP TRIGGER {name} ON "{table}";',
    )


def no_longer_append_only(table: str) -> RunSQL:
    """Return the migration step that takes from a table the guard by which nothing in it changed at all."""
    name = f"{table}_append_only"
    return RunSQL(
        sql=f'DROP TRIGGER {name} ON "{table}";',
        reverse_sql=f'CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" FOR EACH STATEMENT'
        " EXECUTE FUNCTION refuse_change();",
    )
