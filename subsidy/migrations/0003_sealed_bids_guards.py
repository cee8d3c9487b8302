"""The database keeps bids sealed: nothing after the closing, no rate or volume before two houses opened the tender, nothing overwritten."""

from django.db import migrations

from audit.append_only import forbid_changes

TENDER = """
CREATE FUNCTION subsidy_tender_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'open' OR NOT NEW.is_sealed THEN
        RAISE EXCEPTION 'a tender begins open, its bids sealed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tender_begins_open';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_tender_begins BEFORE INSERT ON subsidy_tender FOR EACH ROW EXECUTE FUNCTION subsidy_tender_begins();

CREATE FUNCTION subsidy_tender_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.category, NEW.document_number, NEW.opened_on, NEW.closes_at, NEW.planned_volume, NEW.is_sealed)
        IS DISTINCT FROM (OLD.category, OLD.document_number, OLD.opened_on, OLD.closes_at, OLD.planned_volume, OLD.is_sealed)
        AND NOT EXISTS (
            SELECT FROM parties_correction c
            WHERE c.kind = 'tender' AND c.row_id = OLD.id AND c.state = 'confirmed' AND c.action = 'correct'
                AND to_jsonb(jsonb_populate_record(OLD, c.after)) = to_jsonb(NEW)
        )
    THEN
        RAISE EXCEPTION 'a tender keeps its kind, document, closing and volume'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tender_identity_kept';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
        (('open', 'closed'), ('closed', 'opening'), ('opening', 'closed'), ('opening', 'opened'), ('opened', 'awarded'))
    THEN
        RAISE EXCEPTION 'a tender does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tender_state_order';
    END IF;
    IF OLD.state IN ('opened', 'awarded') AND (
        (NEW.closed_at, NEW.opening_proposed_by_id, NEW.opening_proposed_at, NEW.opening_confirmed_by_id, NEW.bids_opened_at)
        IS DISTINCT FROM
        (OLD.closed_at, OLD.opening_proposed_by_id, OLD.opening_proposed_at, OLD.opening_confirmed_by_id, OLD.bids_opened_at)
        OR (OLD.state = 'awarded' AND (NEW.awarded_on, NEW.result) IS DISTINCT FROM (OLD.awarded_on, OLD.result))
    ) THEN
        RAISE EXCEPTION 'an opening and an award are final' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tender_opening_final';
    END IF;
    IF NEW.opening_proposed_by_id IS DISTINCT FROM OLD.opening_proposed_by_id AND OLD.state <> 'closed' AND NEW.state <> 'closed' THEN
        RAISE EXCEPTION 'who confirms does not also say who proposed'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tender_opening_proposer_kept';
    END IF;
    IF OLD.state = 'opening' AND NEW.state = 'opened' AND NOT EXISTS (
        SELECT FROM parties_member a JOIN parties_institution ha ON ha.id = a.institution_id,
                    parties_member b JOIN parties_institution hb ON hb.id = b.institution_id
        WHERE a.id = NEW.opening_proposed_by_id AND b.id = NEW.opening_confirmed_by_id AND a.user_id <> b.user_id
            AND (ha.kind, hb.kind) IN (('city_industry', 'city_treasury'), ('city_treasury', 'city_industry'))
    ) THEN
        RAISE EXCEPTION 'bids are opened by a person of each of the two houses'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tender_opening_two_houses';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_tender_goes_on BEFORE UPDATE ON subsidy_tender FOR EACH ROW EXECUTE FUNCTION subsidy_tender_goes_on();
"""

# A row of the tender is read FOR SHARE, so that a closing under way is waited for.
SEALED = """
CREATE FUNCTION subsidy_sealedbid_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    acted_at timestamptz := CASE WHEN TG_OP = 'INSERT' THEN NEW.made_at ELSE NEW.checked_at END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.tender_id, NEW.bank_id, NEW.kind, NEW.envelope, NEW.receipt, NEW.made_by_id, NEW.made_at)
            IS DISTINCT FROM (OLD.id, OLD.tender_id, OLD.bank_id, OLD.kind, OLD.envelope, OLD.receipt, OLD.made_by_id, OLD.made_at)
            OR (OLD.checked_at IS NOT NULL AND (NEW.checked_by_id, NEW.checked_at) IS DISTINCT FROM (OLD.checked_by_id, OLD.checked_at))
            OR (OLD.ended_at IS NOT NULL AND (NEW.state, NEW.ended_at) IS DISTINCT FROM (OLD.state, OLD.ended_at))
        THEN
            RAISE EXCEPTION 'a sealed bid is never overwritten' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sealed_bid_kept';
        END IF;
        IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
            (('made', 'checked'), ('made', 'sent_back'), ('made', 'superseded'), ('checked', 'superseded'))
        THEN
            RAISE EXCEPTION 'a sealed bid does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sealed_bid_state_order';
        END IF;
        IF NEW.state = OLD.state THEN
            RETURN NEW;
        END IF;
    ELSIF NEW.state <> 'made' THEN
        RAISE EXCEPTION 'a sealed bid begins unchecked' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sealed_bid_state_order';
    END IF;
    PERFORM FROM subsidy_tender
        WHERE id = NEW.tender_id AND state = 'open' AND coalesce(acted_at, NEW.ended_at, NEW.made_at) < closes_at FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the tender takes no more bids' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sealed_bid_in_time';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_sealedbid_in_time BEFORE INSERT OR UPDATE ON subsidy_sealedbid
    FOR EACH ROW EXECUTE FUNCTION subsidy_sealedbid_in_time();
"""

PLAIN = """
CREATE FUNCTION subsidy_bid_after_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM subsidy_tender WHERE id = NEW.tender_id AND state = 'opened' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'rate and volume stay sealed until the tender is opened'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_ARGV[0] || '_after_opening';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_bid_after_opening BEFORE INSERT ON subsidy_bid
    FOR EACH ROW EXECUTE FUNCTION subsidy_bid_after_opening('bid');
CREATE TRIGGER subsidy_paperbid_after_opening BEFORE INSERT ON subsidy_paperbid
    FOR EACH ROW EXECUTE FUNCTION subsidy_bid_after_opening('paper_bid');

CREATE FUNCTION subsidy_bid_from_its_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.source = 'typed'
        OR (NEW.source = 'sealed' AND NOT EXISTS (
            SELECT FROM subsidy_sealedbid
            WHERE id = NEW.sealed_id AND tender_id = NEW.tender_id AND bank_id = NEW.bank_id AND kind = 'bid' AND state = 'checked'))
        OR (NEW.source = 'paper' AND NOT EXISTS (
            SELECT FROM subsidy_paperbid
            WHERE id = NEW.paper_id AND tender_id = NEW.tender_id AND bank_id = NEW.bank_id AND state = 'checked'
                AND (rate, volume) = (NEW.rate, NEW.volume)))
    THEN
        RAISE EXCEPTION 'a bid comes out of a checked envelope or off a checked paper'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bid_from_its_source';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_bid_from_its_source BEFORE INSERT ON subsidy_bid FOR EACH ROW EXECUTE FUNCTION subsidy_bid_from_its_source();

CREATE FUNCTION subsidy_paperbid_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.public_id, NEW.tender_id, NEW.bank_id, NEW.rate, NEW.volume, NEW.received_at, NEW.register_number, NEW.made_by_id, NEW.made_at)
        IS DISTINCT FROM
        (OLD.public_id, OLD.tender_id, OLD.bank_id, OLD.rate, OLD.volume, OLD.received_at, OLD.register_number, OLD.made_by_id, OLD.made_at)
        OR OLD.state <> 'made'
    ) THEN
        RAISE EXCEPTION 'a bid on paper is never overwritten' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'paper_bid_kept';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM subsidy_tender WHERE id = NEW.tender_id AND closes_at <= NEW.received_at) THEN
        RAISE EXCEPTION 'the paper came after the closing' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'paper_bid_in_time';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER subsidy_paperbid_kept BEFORE INSERT OR UPDATE ON subsidy_paperbid
    FOR EACH ROW EXECUTE FUNCTION subsidy_paperbid_kept();
"""

UNDO = """
DROP TRIGGER subsidy_paperbid_kept ON subsidy_paperbid;
DROP TRIGGER subsidy_bid_from_its_source ON subsidy_bid;
DROP TRIGGER subsidy_paperbid_after_opening ON subsidy_paperbid;
DROP TRIGGER subsidy_bid_after_opening ON subsidy_bid;
DROP TRIGGER subsidy_sealedbid_in_time ON subsidy_sealedbid;
DROP TRIGGER subsidy_tender_goes_on ON subsidy_tender;
DROP TRIGGER subsidy_tender_begins ON subsidy_tender;
DROP FUNCTION subsidy_paperbid_kept();
DROP FUNCTION subsidy_bid_from_its_source();
DROP FUNCTION subsidy_bid_after_opening();
DROP FUNCTION subsidy_sealedbid_in_time();
DROP FUNCTION subsidy_tender_goes_on();
DROP FUNCTION subsidy_tender_begins();
"""


class Migration(migrations.Migration):
    dependencies = [("subsidy", "0002_guards")]

    operations = [
        migrations.RunSQL(TENDER + SEALED + PLAIN, UNDO),
        forbid_changes("subsidy_tender", updates=False),
        forbid_changes("subsidy_bid"),
        forbid_changes("subsidy_sealedbid", updates=False),
        forbid_changes("subsidy_paperbid", updates=False),
    ]
