"""Words the database holds a row to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0002_seed"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="bankparticipation",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["special", "trust"])),
                name="bank_participation_known_mode",
                violation_error_message="请选择出资模式。",
            ),
        ),
        migrations.AddConstraint(
            model_name="enterpriseyear",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["tax", "enterprise", "county"])),
                name="enterprise_year_known_source",
                violation_error_message="请选择数据来源。",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["person", "program", "job"])),
                name="member_known_kind",
                violation_error_message="请选择成员类别。",
            ),
        ),
    ]
