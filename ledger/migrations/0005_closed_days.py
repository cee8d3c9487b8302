"""A closed day takes no more entries; closings and their balances are append-only like the books."""

from django.db import migrations

# Whoever posts shares the lock from before its first number is drawn until its transaction ends; whoever closes holds it alone. So a
# closing sees every entry of its days, and every entry written after it finds the closing.
POSTING = """
CREATE FUNCTION ledger_share_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(20230101);
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_a_posting BEFORE INSERT ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_share_posting();
"""

CLOSED = """
CREATE FUNCTION ledger_not_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT min(posted_on) FROM written) <= (SELECT through FROM ledger_closing ORDER BY through DESC LIMIT 1) THEN
        RAISE EXCEPTION 'ledger entry posted on a closed day: posting is never back-dated'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_not_back_dated';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_not_closed AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_not_closed();
"""

FORBID = """
CREATE TRIGGER ledger_closing_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_closing
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_forbid_change();
CREATE TRIGGER ledger_closedbalance_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_closedbalance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_forbid_change();
"""

UNDO = """
DROP TRIGGER ledger_entry_a_posting ON ledger_entry;
DROP TRIGGER ledger_entry_not_closed ON ledger_entry;
DROP TRIGGER ledger_closing_append_only ON ledger_closing;
DROP TRIGGER ledger_closedbalance_append_only ON ledger_closedbalance;
DROP FUNCTION ledger_share_posting();
DROP FUNCTION ledger_not_closed();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_closings")]

    operations = [migrations.RunSQL(POSTING + CLOSED + FORBID, UNDO)]
