"""What the database itself guards: movements and evidence only grow, a loan's sums follow them, a reversal is the mirror of its object."""

from django.db import migrations

from audit.append_only import forbid_changes
from parties.correction_guard import never_truncated, only_by_correction

SUMS = """
CREATE FUNCTION loans_movement_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE loans_loan AS loan
    SET performing = loan.performing + added.performing, overdue = loan.overdue + added.overdue, drawn = loan.drawn + added.drawn
    FROM (
        SELECT loan_id, sum(performing) AS performing, sum(overdue) AS overdue, sum(drawn) AS drawn FROM added_movements GROUP BY loan_id
    ) AS added
    WHERE loan.id = added.loan_id;
    RETURN NULL;
END $$;
CREATE TRIGGER loans_movement_sums AFTER INSERT ON loans_movement
    REFERENCING NEW TABLE AS added_movements FOR EACH STATEMENT EXECUTE FUNCTION loans_movement_sums();
"""

MIRROR = """
CREATE FUNCTION loans_movement_mirror() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM loans_movement AS reversed
        WHERE reversed.id = NEW.reverses_id AND reversed.kind <> 'reversal'
          AND reversed.loan_id = NEW.loan_id AND reversed.value_on = NEW.value_on AND reversed.amount = NEW.amount
          AND reversed.performing = -NEW.performing AND reversed.overdue = -NEW.overdue AND reversed.drawn = -NEW.drawn
    ) THEN
        RAISE EXCEPTION 'a reversal mirrors an earlier movement of the same loan'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_reversal_mirrors';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER loans_movement_mirror BEFORE INSERT ON loans_movement
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION loans_movement_mirror();
"""


class Migration(migrations.Migration):
    dependencies = [("loans", "0001_initial"), ("audit", "0002_append_only"), ("parties", "0003_guards")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE loans_application_number;", "DROP SEQUENCE loans_application_number;"),
        migrations.RunSQL(SUMS, "DROP TRIGGER loans_movement_sums ON loans_movement; DROP FUNCTION loans_movement_sums;"),
        migrations.RunSQL(MIRROR, "DROP TRIGGER loans_movement_mirror ON loans_movement; DROP FUNCTION loans_movement_mirror;"),
        forbid_changes("loans_movement"),
        forbid_changes("loans_contribution"),
        forbid_changes("loans_intent"),
        forbid_changes("loans_guarantee"),
        forbid_changes("loans_useoffundscheck"),
        forbid_changes("loans_proposal", updates=False),
        forbid_changes("loans_supplementrequest", updates=False),
        only_by_correction("loans_bankquota", "bank_quota", verbs="DELETE"),
        never_truncated("loans_bankquota"),
    ]
