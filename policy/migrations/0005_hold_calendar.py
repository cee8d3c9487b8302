"""One statement that shares the calendar's lock and then reads which notice is the newest, with a snapshot of its own."""

from django.db import migrations

CREATE = """
CREATE FUNCTION policy_hold_calendar(wanted bigint) RETURNS TABLE (id bigint, recorded_at timestamptz)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(wanted);
    RETURN QUERY SELECT n.id, n.recorded_at FROM policy_calendarnotice n ORDER BY n.id DESC LIMIT 1;
END $$;
"""


class Migration(migrations.Migration):
    """In a volatile function each statement sees what was committed before it: the look-up comes after the lock."""

    dependencies = [("policy", "0004_guards")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION policy_hold_calendar(bigint);")]
