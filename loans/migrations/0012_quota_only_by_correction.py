"""A quota that is not yet in force may be removed, with the record of it; no other is."""

from django.db import migrations

from parties.correction_guard import never_truncated, no_longer, only_by_correction


class Migration(migrations.Migration):
    dependencies = [("loans", "0011_written_alike"), ("parties", "0010_corrections")]

    operations = [
        no_longer("loans_bankquota", "never_deleted", "DELETE OR TRUNCATE"),
        only_by_correction("loans_bankquota", "bank_quota", verbs="DELETE"),
        never_truncated("loans_bankquota"),
    ]
