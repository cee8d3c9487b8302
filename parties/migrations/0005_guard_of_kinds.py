"""One guarded row may be put right by corrections of several kinds."""

from django.db import migrations

from parties.correction_guard import renewed_guard_function


class Migration(migrations.Migration):
    dependencies = [("parties", "0004_institution_contacts")]

    operations = [renewed_guard_function()]
