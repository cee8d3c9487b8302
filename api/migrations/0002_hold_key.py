"""One statement that takes the lock of an idempotency key and then looks for a kept answer, with a snapshot of its own."""

from django.db import migrations

CREATE = """
CREATE FUNCTION api_hold_key(of_client bigint, wanted text)
RETURNS TABLE (is_held boolean, kept_sha256 text, kept_status smallint, kept_body text, kept_location text)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    is_held := pg_try_advisory_xact_lock(hashtextextended('api:' || of_client || ':' || wanted, 0));
    IF is_held THEN
        SELECT k.request_sha256, k.status, k.body, k.location INTO kept_sha256, kept_status, kept_body, kept_location
        FROM api_keptanswer k WHERE k.client_id = of_client AND k.key = wanted;
    END IF;
    RETURN NEXT;
END $$;
"""


class Migration(migrations.Migration):
    """In a volatile function each statement sees what was committed before it: the look-up comes after the lock."""

    dependencies = [("api", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION api_hold_key(bigint, text);")]
