"""A guarantee and a check of the use of funds change as a checked correction says, and in no other way."""

from django.db import migrations

from parties.correction_guard import never_truncated, no_longer_append_only, only_by_correction


class Migration(migrations.Migration):
    dependencies = [("loans", "0004_contract_put_right"), ("parties", "0005_guard_of_kinds")]

    operations = [
        no_longer_append_only("loans_guarantee"),
        only_by_correction("loans_guarantee", "guarantee"),
        never_truncated("loans_guarantee"),
        no_longer_append_only("loans_useoffundscheck"),
        only_by_correction("loans_useoffundscheck", "use_check"),
        never_truncated("loans_useoffundscheck"),
    ]
