"""What a locked year froze is never changed. Source: FP 1.6.5; D43."""

from django.db import migrations

from audit.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial"), ("audit", "0001_initial")]

    operations = [forbid_changes("reporting_frozencase"), forbid_changes("reporting_frozenrate")]
