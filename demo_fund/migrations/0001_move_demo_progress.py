"""The demo's progress lies in the demo's own app now; its two tables are renamed, their rows stay."""

from django.db import migrations, models


def renamed(name: str) -> migrations.RunSQL:
    old, new = f"quanzhou_fund_{name}", f"demo_fund_{name}"
    return migrations.RunSQL(f"ALTER TABLE {old} RENAME TO {new}", f"ALTER TABLE {new} RENAME TO {old}")


class Migration(migrations.Migration):
    initial = True

    dependencies = [("quanzhou_fund", "0001_demo_progress")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[renamed("demoday"), renamed("demorun")],
            state_operations=[
                migrations.CreateModel(
                    name="DemoDay",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("day", models.DateField(unique=True, verbose_name="日期")),
                        ("steps", models.PositiveIntegerField(verbose_name="步骤数")),
                        ("seconds", models.FloatField(help_text="秒", verbose_name="用时")),
                    ],
                    options={"verbose_name": "演示进度", "verbose_name_plural": "演示进度", "ordering": ["day"]},
                ),
                migrations.CreateModel(
                    name="DemoRun",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("seed", models.PositiveIntegerField(verbose_name="随机种子")),
                        ("until", models.DateField(verbose_name="演示截至")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                    ],
                    options={"verbose_name": "演示载入", "verbose_name_plural": "演示载入"},
                ),
            ],
        )
    ]
