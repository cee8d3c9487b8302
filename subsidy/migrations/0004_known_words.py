"""Words the database holds a row to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0003_known_words"),
        ("subsidy", "0003_evidence"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "withdrawn", "answered"])),
                name="objection_known_state",
                violation_error_message="异议状态不正确。",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["special", "trust"]), ("state__in", ["draft", "confirmed", "reviewed", "filed", "paid"])),
                name="settlement_known_words",
                violation_error_message="出资模式和状态须从列表中选择。",
            ),
        ),
    ]
