"""
Sessions end with the rights they were begun under: the database moves the account's epoch on, whoever changes a membership.

And the function by which tables change only as a checked correction says.
"""

from django.db import migrations

from parties.correction_guard import guard_function

RENEW = """
CREATE FUNCTION renew_session_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE parties_user SET session_epoch = session_epoch + 1 WHERE id IN (OLD.user_id, NEW.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER member_change_ends_sessions
    AFTER UPDATE OF roles, until_on, from_on, kind, user_id, institution_id, enterprise_id ON parties_member FOR EACH ROW
    WHEN ((OLD.roles, OLD.until_on, OLD.from_on, OLD.kind, OLD.user_id, OLD.institution_id, OLD.enterprise_id)
        IS DISTINCT FROM (NEW.roles, NEW.until_on, NEW.from_on, NEW.kind, NEW.user_id, NEW.institution_id, NEW.enterprise_id))
    EXECUTE FUNCTION renew_session_epoch();
CREATE FUNCTION keep_session_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.session_epoch := greatest(OLD.session_epoch, NEW.session_epoch);
    RETURN NEW;
END $$;
CREATE TRIGGER session_epoch_never_goes_back BEFORE UPDATE ON parties_user FOR EACH ROW EXECUTE FUNCTION keep_session_epoch();
"""
UNDO = """
DROP TRIGGER session_epoch_never_goes_back ON parties_user;
DROP TRIGGER member_change_ends_sessions ON parties_member;
DROP FUNCTION keep_session_epoch();
DROP FUNCTION renew_session_epoch();
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_seed")]
    operations = [migrations.RunSQL(RENEW, UNDO), guard_function()]
