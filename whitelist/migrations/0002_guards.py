"""Let publications, opinions and announcements stand as they were written."""

from django.db import migrations

from audit.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("whitelist", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        forbid_changes("whitelist_batch"),
        forbid_changes("whitelist_opinion"),
        forbid_changes("whitelist_announcement"),
    ]
