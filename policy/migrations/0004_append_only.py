"""Notices, rates, confirmations and changes of deadlines are never rewritten; versions and deadlines are never deleted."""

from django.db import migrations

from audit.append_only import forbid_changes

GROW_ONLY = (
    "policy_confirmation",
    "policy_returnrate",
    "policy_calendarnotice",
    "policy_calendarday",
    "policy_deadlinechange",
)


class Migration(migrations.Migration):
    dependencies = [("policy", "0003_clause_register"), ("audit", "0001_initial")]

    operations = [
        *(forbid_changes(table) for table in GROW_ONLY),
        forbid_changes("policy_policyversion", updates=False),
        forbid_changes("policy_deadline", updates=False),
    ]
