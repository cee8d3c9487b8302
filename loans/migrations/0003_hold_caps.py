"""One statement that locks what the caps of some cases hang on, kind by kind and key by key."""

from django.db import migrations

CREATE = """
CREATE FUNCTION loans_hold_caps(projects bigint[], enterprises bigint[], banks bigint[], modes text[], begun date) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM id FROM whitelist_project WHERE id = ANY (projects) ORDER BY id FOR NO KEY UPDATE;
    PERFORM id FROM parties_enterprise WHERE id = ANY (enterprises) ORDER BY id FOR NO KEY UPDATE;
    PERFORM id FROM loans_bankquota
        WHERE (bank_id, mode) IN (SELECT * FROM unnest(banks, modes)) AND from_on <= begun ORDER BY id FOR NO KEY UPDATE;
END $$;
"""


class Migration(migrations.Migration):
    """The order of the locks is that of ``loans/services/locks.py``."""

    dependencies = [("loans", "0002_books")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION loans_hold_caps(bigint[], bigint[], bigint[], text[], date);")]
