"""Bids, decisions and the banks' own figures only grow; tenders, objections and reconciliations are never deleted."""

from django.db import migrations

from audit.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("subsidy", "0002_guards"), ("audit", "0002_append_only")]

    operations = [
        forbid_changes("subsidy_bid"),
        forbid_changes("subsidy_ratedecision"),
        forbid_changes("subsidy_bankfigure"),
        forbid_changes("subsidy_tender", updates=False),
        forbid_changes("subsidy_objection", updates=False),
        forbid_changes("subsidy_reconciliation", updates=False),
    ]
