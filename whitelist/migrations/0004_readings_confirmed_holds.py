"""Hold the rows that were there to the rule of confirmed readings, without a lock on them."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("whitelist", "0003_readings_confirmed")]
    operations = [ValidateConstraint(model_name="importfile", name="import_file_reading_confirmed")]
