"""A program's tokens end with its membership and its roles, whoever changes them."""

from django.db import migrations

END = """
CREATE FUNCTION end_program_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM oauth2_provider_accesstoken
        WHERE application_id IN (SELECT application_id FROM api_apiclient WHERE member_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER member_change_ends_tokens AFTER UPDATE OF roles, until_on, from_on, kind, institution_id ON parties_member FOR EACH ROW
    WHEN ((OLD.roles, OLD.until_on, OLD.from_on, OLD.kind, OLD.institution_id)
        IS DISTINCT FROM (NEW.roles, NEW.until_on, NEW.from_on, NEW.kind, NEW.institution_id))
    EXECUTE FUNCTION end_program_tokens();
"""
UNDO = "DROP TRIGGER member_change_ends_tokens ON parties_member; DROP FUNCTION end_program_tokens();"


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0003_feed_epoch"),
        ("parties", "0001_initial"),
    ]
    operations = [migrations.RunSQL(END, UNDO)]
