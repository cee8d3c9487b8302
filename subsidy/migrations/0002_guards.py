"""The database keeps a revision as it was computed and a filed settlement as it was filed, whoever writes."""

from django.db import migrations

from audit.append_only import forbid_changes
from parties.correction_guard import never_truncated, only_by_correction

# Lines and shares are written before their revision's row; once that is there, nothing can be added to them.
SEALED = """
CREATE FUNCTION subsidy_forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is forbidden: a revision is never changed, a newer one replaces it', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

CREATE TRIGGER subsidy_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subsidy_line
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_forbid_change();
CREATE TRIGGER subsidy_share_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subsidy_share
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_forbid_change();
CREATE TRIGGER subsidy_revision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subsidy_revision
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_forbid_change();
CREATE TRIGGER subsidy_settlement_kept BEFORE DELETE OR TRUNCATE ON subsidy_settlement
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_forbid_change();
CREATE TRIGGER subsidy_payment_kept BEFORE DELETE OR TRUNCATE ON subsidy_payment
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_forbid_change();

CREATE FUNCTION subsidy_refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM subsidy_revision WHERE id IN (SELECT DISTINCT revision_id FROM written)) THEN
        RAISE EXCEPTION 'INSERT on % is forbidden: the revision is complete', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_sealed';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER subsidy_line_sealed AFTER INSERT ON subsidy_line
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_sealed();
CREATE TRIGGER subsidy_share_sealed AFTER INSERT ON subsidy_share
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_sealed();
"""

FINAL = """
CREATE FUNCTION subsidy_settlement_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.bank_id, NEW.mode, NEW.year, NEW.quarter, NEW.from_on, NEW.until_on)
        IS DISTINCT FROM (OLD.bank_id, OLD.mode, OLD.year, OLD.quarter, OLD.from_on, OLD.until_on)
    THEN
        RAISE EXCEPTION 'a settlement stays that of its bank, mode and quarter'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'settlement_identity_kept';
    END IF;
    IF OLD.state IN ('filed', 'paid') AND (
        (NEW.current_id, NEW.confirmed_by_id, NEW.confirmed_on, NEW.reviewed_by_id, NEW.reviewed_on, NEW.filed_by_id, NEW.filed_on,
         NEW.record_number)
        IS DISTINCT FROM
        (OLD.current_id, OLD.confirmed_by_id, OLD.confirmed_on, OLD.reviewed_by_id, OLD.reviewed_on, OLD.filed_by_id, OLD.filed_on,
         OLD.record_number)
        OR NEW.state NOT IN ('filed', 'paid') OR (OLD.state = 'paid' AND (NEW.state, NEW.paid_on) IS DISTINCT FROM (OLD.state, OLD.paid_on))
    ) THEN
        RAISE EXCEPTION 'a filed settlement is final' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'settlement_filed_is_final';
    END IF;
    IF NEW.current_id IS DISTINCT FROM OLD.current_id AND NOT EXISTS (
        SELECT FROM subsidy_revision WHERE id = NEW.current_id AND settlement_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'the current revision is one of the settlement itself'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'settlement_current_is_own';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_settlement_final BEFORE UPDATE ON subsidy_settlement
    FOR EACH ROW EXECUTE FUNCTION subsidy_settlement_final();

CREATE FUNCTION subsidy_revision_of_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM subsidy_settlement WHERE id = NEW.settlement_id AND state = 'draft') THEN
        RAISE EXCEPTION 'only a draft gets a new revision'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'revision_of_draft';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_revision_of_draft BEFORE INSERT ON subsidy_revision
    FOR EACH ROW EXECUTE FUNCTION subsidy_revision_of_draft();

CREATE FUNCTION subsidy_payment_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'paid' OR (NEW.settlement_id, NEW.kind, NEW.payer_id, NEW.payee_id, NEW.amount)
        IS DISTINCT FROM (OLD.settlement_id, OLD.kind, OLD.payer_id, OLD.payee_id, OLD.amount)
    THEN
        RAISE EXCEPTION 'a payment keeps its payer, payee and amount, and is final once checked'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payment_final';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_payment_final BEFORE UPDATE ON subsidy_payment
    FOR EACH ROW EXECUTE FUNCTION subsidy_payment_final();
"""

# While the lock is held nobody is writing, and who waits for it takes a higher number: rows up to these numbers are all there, for good.
# Called outside a transaction the lock is gone at once. It runs as its owner, because the application may only read and append.
KNOWN = """
CREATE FUNCTION subsidy_known_through(OUT movements bigint, OUT rates bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
    LOCK TABLE loans_movement, loans_loanrate IN SHARE MODE;
    SELECT coalesce(max(id), 0) INTO movements FROM loans_movement;
    SELECT coalesce(max(id), 0) INTO rates FROM loans_loanrate;
END $$;
"""

UNDO = """
DROP FUNCTION subsidy_known_through();
DROP TRIGGER subsidy_payment_final ON subsidy_payment;
DROP TRIGGER subsidy_revision_of_draft ON subsidy_revision;
DROP TRIGGER subsidy_settlement_final ON subsidy_settlement;
DROP TRIGGER subsidy_share_sealed ON subsidy_share;
DROP TRIGGER subsidy_line_sealed ON subsidy_line;
DROP TRIGGER subsidy_payment_kept ON subsidy_payment;
DROP TRIGGER subsidy_settlement_kept ON subsidy_settlement;
DROP TRIGGER subsidy_revision_append_only ON subsidy_revision;
DROP TRIGGER subsidy_share_append_only ON subsidy_share;
DROP TRIGGER subsidy_line_append_only ON subsidy_line;
DROP FUNCTION subsidy_payment_final();
DROP FUNCTION subsidy_revision_of_draft();
DROP FUNCTION subsidy_settlement_final();
DROP FUNCTION subsidy_refuse_sealed();
DROP FUNCTION subsidy_forbid_change();
"""


class Migration(migrations.Migration):
    dependencies = [("subsidy", "0001_initial"), ("audit", "0002_append_only"), ("parties", "0003_guards")]

    operations = [
        migrations.RunSQL(SEALED + FINAL + KNOWN, UNDO),
        forbid_changes("subsidy_bankfigure"),
        forbid_changes("subsidy_objection", updates=False),
        forbid_changes("subsidy_reconciliation", updates=False),
        only_by_correction("subsidy_ratedecision", "return_rate", key="return_rate_id"),
        never_truncated("subsidy_ratedecision"),
    ]
