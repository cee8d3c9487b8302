"""A project's caps stand on the investment that was reviewed for its listing."""

# ruff: noqa: E501

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import common.fields


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0002_seed"),
        ("policy", "0004_append_only"),
        ("whitelist", "0002_guards"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="entry",
            name="listed_stays_as_published",
        ),
        migrations.AddField(
            model_name="entry",
            name="total_investment",
            field=common.fields.MoneyField(
                blank=True,
                decimal_places=2,
                help_text="元，列入时的项目投资总额；项目额度以最近一次列入为准",
                max_digits=18,
                null=True,
                verbose_name="投资总额",
            ),
        ),
        migrations.RunSQL(
            "UPDATE whitelist_entry e SET total_investment = p.total_investment FROM whitelist_project p "
            "WHERE p.id = e.project_id AND e.state IN ('published', 'expired', 'removed')",
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="listed_stays_as_published",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IN (\'published\', \'removed\', \'expired\') AND (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."route" IS DISTINCT FROM (NEW."route") OR OLD."enterprise_id" IS DISTINCT FROM (NEW."enterprise_id") OR OLD."project_id" IS DISTINCT FROM (NEW."project_id") OR OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."list_year" IS DISTINCT FROM (NEW."list_year") OR OLD."policy_version_id" IS DISTINCT FROM (NEW."policy_version_id") OR OLD."checks" IS DISTINCT FROM (NEW."checks") OR OLD."is_eligible" IS DISTINCT FROM (NEW."is_eligible") OR OLD."holds_technical_upgrade_subsidy" IS DISTINCT FROM (NEW."holds_technical_upgrade_subsidy") OR OLD."other_technology_credit" IS DISTINCT FROM (NEW."other_technology_credit") OR OLD."is_newly_registered" IS DISTINCT FROM (NEW."is_newly_registered") OR OLD."total_investment" IS DISTINCT FROM (NEW."total_investment") OR OLD."submitted_on" IS DISTINCT FROM (NEW."submitted_on") OR OLD."decided_on" IS DISTINCT FROM (NEW."decided_on") OR OLD."consultation_round" IS DISTINCT FROM (NEW."consultation_round") OR OLD."batch_id" IS DISTINCT FROM (NEW."batch_id") OR OLD."published_on" IS DISTINCT FROM (NEW."published_on") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR (OLD."last_year_rd_expense" IS NOT NULL AND OLD."last_year_rd_expense" IS DISTINCT FROM (NEW."last_year_rd_expense"))))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="130170c43bb5de1d7b46a23a1e1604d199b7f1fa",
                    operation="UPDATE",
                    pgid="pgtrigger_listed_stays_as_published_680f7",
                    table="whitelist_entry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ("published", "removed", "expired")),
                        ("kind", "project"),
                        ("total_investment__gt", 0),
                        ("total_investment__isnull", False),
                    ),
                    models.Q(("state__in", ("published", "removed", "expired")), ("kind", "rd"), ("total_investment__isnull", True)),
                    models.Q(("state__in", ("published", "removed", "expired")), _negated=True),
                    _connector="OR",
                ),
                name="entry_listed_project_has_investment",
                violation_error_message="已发布的项目须有列入时的投资总额。",
            ),
        ),
    ]
