"""One entry is booked by a function whose plan the session keeps: parsing and planning the statement takes longer than running it."""

from django.db import migrations

POST_ONE = """
CREATE FUNCTION ledger_post_one(
    key text, kind text, value_on date, posted_on date, description text, clause text, object_type text, object_id text, reverses bigint,
    accounts bigint[], amounts numeric[], OUT entry_id bigint, OUT recorded_at timestamptz
) RETURNS SETOF record LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH written AS (
        INSERT INTO ledger_entry AS entry (key, kind, value_on, posted_on, description, clause, object_type, object_id, reverses_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (key) DO NOTHING
        RETURNING entry.id, entry.recorded_at
    ), legs AS (
        INSERT INTO ledger_leg (entry_id, position, account_id, amount)
        SELECT written.id, leg.position, leg.account_id, leg.amount
        FROM written, unnest($10, $11) WITH ORDINALITY AS leg (account_id, amount, position)
    )
    SELECT written.id, written.recorded_at FROM written;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]

    operations = [migrations.RunSQL(POST_ONE, "DROP FUNCTION ledger_post_one")]
