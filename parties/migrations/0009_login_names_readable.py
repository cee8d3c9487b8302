"""Every login name is free of blanks and of what nobody sees."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parties", "0008_written_alike")]

    operations = [ValidateConstraint(model_name="user", name="user_name_readable")]
