"""When each end of the 30 working days was written down, beside the day it counts on."""

# ruff: noqa: E501

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0002_books"),
        ("parties", "0002_seed"),
        ("policy", "0004_append_only"),
        ("whitelist", "0002_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="conditions_late_reason",
            field=models.TextField(blank=True, verbose_name="达到放款条件补录理由"),
        ),
        migrations.AddField(
            model_name="application",
            name="conditions_recorded_on",
            field=models.DateField(blank=True, help_text="登记的日期，从不倒填", null=True, verbose_name="达到放款条件登记日"),
        ),
        migrations.AddField(
            model_name="application",
            name="decision_late_reason",
            field=models.TextField(blank=True, verbose_name="批复补录理由"),
        ),
        migrations.AddField(
            model_name="application",
            name="decision_recorded_on",
            field=models.DateField(blank=True, help_text="登记批复或不予批复的日期，从不倒填", null=True, verbose_name="批复登记日"),
        ),
        # Until now nothing said when a step was written down: what there is counts as written down on its day.
        migrations.RunSQL(
            "UPDATE loans_application SET decision_recorded_on = decided_on, conditions_recorded_on = conditions_met_on "
            "WHERE decided_on IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="application_decision_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.decided_on IS NOT NULL AND (OLD.decided_on IS DISTINCT FROM NEW.decided_on OR OLD.decision_recorded_on IS DISTINCT FROM NEW.decision_recorded_on OR OLD.decision_late_reason IS DISTINCT FROM NEW.decision_late_reason OR OLD.amount_approved IS DISTINCT FROM NEW.amount_approved OR OLD.lapses_on IS DISTINCT FROM NEW.lapses_on OR OLD.refusal_reason IS DISTINCT FROM NEW.refusal_reason OR OLD.refusal_remark IS DISTINCT FROM NEW.refusal_remark))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="08358ac81ac002e2c31a8de5c2e0ffd81de304f9",
                    operation="UPDATE",
                    pgid="pgtrigger_application_decision_stays_74180",
                    table="loans_application",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="application_conditions_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.conditions_met_on IS NOT NULL AND (OLD.conditions_met_on IS DISTINCT FROM NEW.conditions_met_on OR OLD.conditions_recorded_on IS DISTINCT FROM NEW.conditions_recorded_on OR OLD.conditions_late_reason IS DISTINCT FROM NEW.conditions_late_reason))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="57d5c8c92e215a846c3451c87f66b81ef42a665e",
                    operation="UPDATE",
                    pgid="pgtrigger_application_conditions_stay_29824",
                    table="loans_application",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_on__isnull", True), ("decision_late_reason", ""), ("decision_recorded_on__isnull", True)),
                    models.Q(
                        ("decided_on__isnull", False),
                        ("decision_recorded_on__isnull", False),
                        models.Q(
                            models.Q(("decision_late_reason", ""), ("decision_recorded_on", models.F("decided_on"))),
                            models.Q(
                                ("decision_recorded_on__gt", models.F("decided_on")), models.Q(("decision_late_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="application_decision_written_down",
                violation_error_message="批复须有登记日；登记日晚于办理日期的须有补录理由。",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("conditions_late_reason", ""), ("conditions_met_on__isnull", True), ("conditions_recorded_on__isnull", True)),
                    models.Q(
                        ("conditions_met_on__isnull", False),
                        ("conditions_recorded_on__isnull", False),
                        models.Q(
                            models.Q(("conditions_late_reason", ""), ("conditions_recorded_on", models.F("conditions_met_on"))),
                            models.Q(
                                ("conditions_recorded_on__gt", models.F("conditions_met_on")),
                                models.Q(("conditions_late_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="application_conditions_written_down",
                violation_error_message="达到放款条件须有登记日；登记日晚于办理日期的须有补录理由。",
            ),
        ),
    ]
