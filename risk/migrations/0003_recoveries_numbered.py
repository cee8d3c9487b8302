"""Recoveries are numbered per debt when they are checked; a loan says since when its debt is recognised as bad."""

import django.db.models.expressions
from django.db import migrations, models

import common.fields

NUMBERS = """
UPDATE risk_recovery SET number = numbered.number
FROM (
    SELECT id, row_number() OVER (PARTITION BY bad_debt_id ORDER BY checked_at, id) AS number FROM risk_recovery WHERE step = 'checked'
) AS numbered WHERE numbered.id = risk_recovery.id
"""
LOANS = """
UPDATE loans_loan SET recognised_bad_on = debt.recognised_on FROM risk_baddebt AS debt WHERE debt.loan_id = loans_loan.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0003_known_words"),
        ("risk", "0002_books"),
        ("loans", "0006_recognised_bad"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="recovery",
            name="recovery_net_of_costs",
        ),
        migrations.AddField(
            model_name="recovery",
            name="number",
            field=models.PositiveSmallIntegerField(blank=True, help_text="复核时编号", null=True, verbose_name="在该坏账追偿中的次序"),
        ),
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
        migrations.RunSQL(LOANS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="recovery",
            name="net",
            field=common.fields.MoneyField(
                decimal_places=2,
                help_text="元，扣除费用（含以前未抵足的费用），不低于零；复核时确定",
                max_digits=18,
                verbose_name="追回净额",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("costs__gte", 0),
                    models.Q(
                        ("net", 0),
                        models.Q(
                            ("net__gt", 0),
                            ("net__lte", django.db.models.expressions.CombinedExpression(models.F("amount"), "-", models.F("costs"))),
                        ),
                        _connector="OR",
                    ),
                ),
                name="recovery_net_of_costs",
                violation_error_message="追回净额不得超过追回金额减费用，且不低于零。",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.UniqueConstraint(
                fields=("bad_debt", "number"), name="recovery_numbered_once", violation_error_message="该次序已有。"
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number__isnull", False), ("step", "checked")),
                    models.Q(models.Q(("step", "checked"), _negated=True), ("number__isnull", True)),
                    _connector="OR",
                ),
                name="recovery_numbered_when_checked",
                violation_error_message="追偿收回在复核时编号。",
            ),
        ),
    ]
