"""The day from which a debt is bad is set once."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0007_hold_caps"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="loan",
            trigger=pgtrigger.compiler.Trigger(
                name="loan_bad_for_good",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.recognised_bad_on IS NOT NULL AND OLD.recognised_bad_on IS DISTINCT FROM NEW.recognised_bad_on)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="e4574e56eeb142a60d453f1cf1b567223b387a4a",
                    operation="UPDATE",
                    pgid="pgtrigger_loan_bad_for_good_406d4",
                    table="loans_loan",
                    when="BEFORE",
                ),
            ),
        ),
    ]
