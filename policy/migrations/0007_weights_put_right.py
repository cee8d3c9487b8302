"""A return rate changes by a checked correction of the weights behind it, too."""

from django.db import migrations

from parties.correction_guard import other_kinds


class Migration(migrations.Migration):
    dependencies = [("policy", "0006_later_decisions"), ("parties", "0005_guard_of_kinds")]

    operations = [other_kinds("policy_returnrate", "return_rate,rate_weights", before="return_rate")]
