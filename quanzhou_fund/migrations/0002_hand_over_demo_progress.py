"""The demo's progress belongs to the app of the demo fund, which took the tables over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quanzhou_fund", "0001_demo_progress"), ("demo_fund", "0001_move_demo_progress")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="DemoDay"), migrations.DeleteModel(name="DemoRun")]
        )
    ]
