"""Let the log only grow."""

from django.db import migrations

from audit.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [forbid_changes("audit_event"), forbid_changes("audit_seal"), forbid_changes("audit_sealedevent")]
