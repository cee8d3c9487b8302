"""
Notices and changes of deadlines are never rewritten, deadlines never deleted.

A return rate or a confirmation typed wrong changes as a checked correction says, and in no other way; a version before its day may go.
"""

from django.db import migrations

from audit.append_only import forbid_changes
from parties.correction_guard import never_truncated, only_by_correction


class Migration(migrations.Migration):
    dependencies = [("policy", "0003_clause_register"), ("audit", "0002_append_only"), ("parties", "0003_guards")]

    operations = [
        forbid_changes("policy_calendarnotice"),
        forbid_changes("policy_calendarday"),
        forbid_changes("policy_deadlinechange"),
        forbid_changes("policy_deadline", updates=False),
        only_by_correction("policy_returnrate", "return_rate"),
        never_truncated("policy_returnrate"),
        only_by_correction("policy_confirmation", "confirmation"),
        never_truncated("policy_confirmation"),
        only_by_correction("policy_policyversion", "policy_version", verbs="DELETE"),
        never_truncated("policy_policyversion"),
    ]
