"""A decision changes by a checked correction of its weights, too."""

from django.db import migrations

from parties.correction_guard import other_kinds


class Migration(migrations.Migration):
    dependencies = [("subsidy", "0003_sealed_bids_guards"), ("parties", "0005_guard_of_kinds")]

    operations = [
        other_kinds("subsidy_ratedecision", "return_rate,rate_weights", before="return_rate", key="return_rate_id"),
    ]
