"""The feed's first epoch begins with the log; in a copy whose log comes from another database it begins after that."""

from django.db import migrations

FIRST = """
INSERT INTO api_feedepoch (number, cluster, first_event, started_at)
SELECT 1, c.system_identifier::text,
       coalesce((SELECT max(id) + 1 FROM audit_event WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint), 0), now()
FROM pg_control_system() c;
"""


class Migration(migrations.Migration):
    """Add the first epoch."""

    dependencies = [("api", "0002_hold_key"), ("audit", "0001_initial")]
    operations = [migrations.RunSQL(FIRST, "DELETE FROM api_feedepoch;")]
