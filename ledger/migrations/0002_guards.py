"""The database guards the books, whoever writes."""

from django.db import migrations

FORBID = """
CREATE FUNCTION ledger_forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is forbidden: the books are append-only, a correction is a reversal', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_forbid_change();
CREATE TRIGGER ledger_leg_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leg
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_forbid_change();
CREATE TRIGGER ledger_account_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_forbid_change();
CREATE TRIGGER ledger_closing_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_closing
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_forbid_change();
CREATE TRIGGER ledger_closedbalance_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_closedbalance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_forbid_change();
"""

# The legs of an entry are numbered 1, 2, … and come in one statement; with the unique (entry, position) no later statement can add to
# them. So it is enough that the legs of this statement balance, and the cost does not grow with the books.
BALANCE = """
CREATE FUNCTION ledger_legs_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT entry_id INTO wrong FROM written GROUP BY entry_id
    HAVING sum(amount) <> 0 OR count(*) < 2 OR min(position) <> 1 OR max(position) <> count(*) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry %: its legs must come together, numbered from 1, at least two, and sum to zero', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'leg_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_leg_balanced AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_legs_balance();
"""

# Runs when the whole statement is done, so an entry and its legs are written by one statement (WITH … INSERT).
COMPLETE = """
CREATE FUNCTION ledger_entries_complete() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT e.id INTO wrong FROM written e WHERE (SELECT count(*) FROM ledger_leg l WHERE l.entry_id = e.id AND l.position = 1) = 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry % has no legs: write an entry and its legs in one statement', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_has_legs';
    END IF;
    IF (SELECT min(posted_on) FROM written) < (SELECT max(posted_on) FROM ledger_entry) THEN
        RAISE EXCEPTION 'ledger entry posted on a day before the last posted one: posting is never back-dated'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_not_back_dated';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_entry_complete AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_complete();
"""

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

UNDO = """
DROP TRIGGER ledger_entry_a_posting ON ledger_entry;
DROP TRIGGER ledger_entry_not_closed ON ledger_entry;
DROP TRIGGER ledger_closing_append_only ON ledger_closing;
DROP TRIGGER ledger_closedbalance_append_only ON ledger_closedbalance;
DROP TRIGGER ledger_entry_complete ON ledger_entry;
DROP TRIGGER ledger_leg_balanced ON ledger_leg;
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP TRIGGER ledger_leg_append_only ON ledger_leg;
DROP TRIGGER ledger_account_append_only ON ledger_account;
DROP FUNCTION ledger_share_posting();
DROP FUNCTION ledger_not_closed();
DROP FUNCTION ledger_entries_complete();
DROP FUNCTION ledger_legs_balance();
DROP FUNCTION ledger_forbid_change();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(FORBID + BALANCE + COMPLETE + POSTING + CLOSED, UNDO)]
