"""Words the database holds a row to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0004_evidence"),
        ("parties", "0003_known_words"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["drawdown", "repayment", "overdue", "cure", "reversal"])),
                name="proposal_known_kind",
                violation_error_message="请选择变动类别。",
            ),
        ),
    ]
