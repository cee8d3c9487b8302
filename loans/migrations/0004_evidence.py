"""What others rely on as evidence stays: intents, guarantees and checks of the use of funds only grow, the rest is never deleted."""

from django.db import migrations

from audit.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("loans", "0003_written_down"), ("audit", "0002_append_only")]

    operations = [
        forbid_changes("loans_intent"),
        forbid_changes("loans_guarantee"),
        forbid_changes("loans_useoffundscheck"),
        forbid_changes("loans_bankquota", updates=False),
        forbid_changes("loans_proposal", updates=False),
        forbid_changes("loans_supplementrequest", updates=False),
    ]
