"""A return rate or a confirmation typed wrong changes as a checked correction says, and in no other way; a version before its day may go."""

from django.db import migrations

from parties.correction_guard import never_truncated, no_longer, only_by_correction


class Migration(migrations.Migration):
    dependencies = [("policy", "0005_hold_calendar"), ("parties", "0010_corrections")]

    operations = [
        no_longer("policy_returnrate", "append_only", "UPDATE OR DELETE OR TRUNCATE"),
        only_by_correction("policy_returnrate", "return_rate"),
        never_truncated("policy_returnrate"),
        no_longer("policy_confirmation", "append_only", "UPDATE OR DELETE OR TRUNCATE"),
        only_by_correction("policy_confirmation", "confirmation"),
        never_truncated("policy_confirmation"),
        no_longer("policy_policyversion", "never_deleted", "DELETE OR TRUNCATE"),
        only_by_correction("policy_policyversion", "policy_version", verbs="DELETE"),
        never_truncated("policy_policyversion"),
    ]
