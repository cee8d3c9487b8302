"""The feed's epochs. The first begins with the log; in a copy whose log comes from another database it begins after that."""

from django.db import migrations, models

FIRST = """
INSERT INTO api_feedepoch (number, cluster, first_event, started_at)
SELECT 1, c.system_identifier::text,
       coalesce((SELECT max(id) + 1 FROM audit_event WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint), 0), now()
FROM pg_control_system() c;
"""


class Migration(migrations.Migration):
    """Add the epochs and the first of them."""

    dependencies = [("api", "0002_hold_key"), ("audit", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="FeedEpoch",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False, verbose_name="序号")),
                ("cluster", models.CharField(max_length=20, verbose_name="数据库标识")),
                ("first_event", models.BigIntegerField(help_text="小于此编号的事件属于此前各期", verbose_name="首个事件编号")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
            ],
            options={"verbose_name": "事件读取分期", "verbose_name_plural": "事件读取分期", "ordering": ["number"]},
        ),
        migrations.AddField(
            model_name="webhook",
            name="epoch",
            field=models.PositiveIntegerField(default=1, help_text="事件读取分期，恢复备份后进入下一期", verbose_name="分期"),
        ),
        migrations.RunSQL(FIRST, "DELETE FROM api_feedepoch;"),
    ]
