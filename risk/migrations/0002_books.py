"""The sequence of claim numbers; a loss entry is answered by at most its own amount, whoever writes."""

from django.db import migrations

from parties.correction_guard import never_truncated, only_by_correction

NOT_MORE_THAN_PAID = """
CREATE FUNCTION risk_return_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid numeric;
BEGIN
    SELECT amount INTO paid FROM risk_paymentpart WHERE id = NEW.answers_id;
    IF (SELECT sum(amount) FROM risk_return WHERE answers_id = NEW.answers_id) > paid THEN
        RAISE EXCEPTION 'returns to loss entry % exceed what it paid', NEW.answers_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_within_payment';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER risk_return_within_payment AFTER INSERT OR UPDATE OF amount, answers_id ON risk_return
    FOR EACH ROW EXECUTE FUNCTION risk_return_within_payment();
"""

PAID_AS_SHARED = """
CREATE FUNCTION risk_part_within_share() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    borne numeric;
    paid numeric;
    back numeric;
BEGIN
    SELECT share.amount INTO borne FROM risk_payment payment JOIN risk_share share ON share.claim_id = payment.claim_id
        WHERE payment.id = NEW.payment_id AND share.payer = NEW.payer;
    SELECT sum(part.amount) INTO paid FROM risk_paymentpart part JOIN risk_payment payment ON payment.id = part.payment_id
        WHERE part.payer = NEW.payer AND payment.claim_id = (SELECT claim_id FROM risk_payment WHERE id = NEW.payment_id);
    SELECT coalesce(sum(ret.amount), 0) INTO back FROM risk_return ret JOIN risk_paymentpart part ON part.id = ret.answers_id
        JOIN risk_payment payment ON payment.id = part.payment_id
        WHERE part.payer = NEW.payer AND payment.claim_id = (SELECT claim_id FROM risk_payment WHERE id = NEW.payment_id);
    IF borne IS NULL OR paid - back > borne THEN
        RAISE EXCEPTION 'payer % of payment % pays more than its share', NEW.payer, NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'compensation_part_within_share';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER risk_part_within_share AFTER INSERT ON risk_paymentpart
    FOR EACH ROW EXECUTE FUNCTION risk_part_within_share();
"""


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial"), ("audit", "0002_append_only"), ("parties", "0003_guards")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE risk_claim_number;", "DROP SEQUENCE risk_claim_number;"),
        migrations.RunSQL(
            NOT_MORE_THAN_PAID, "DROP TRIGGER risk_return_within_payment ON risk_return; DROP FUNCTION risk_return_within_payment;"
        ),
        migrations.RunSQL(PAID_AS_SHARED, "DROP TRIGGER risk_part_within_share ON risk_paymentpart; DROP FUNCTION risk_part_within_share;"),
        only_by_correction("risk_enhancementfeerate", "enhancement_fee_rate"),
        never_truncated("risk_enhancementfeerate"),
    ]
