from django.db import migrations, models

DEMO_ALONE = "the table is written by the demo's loading alone, is empty in production, and nothing serves from it"


class Migration(migrations.Migration):
    reviewed = {"ADD_UNIQUE": DEMO_ALONE, "DROP_INDEX": DEMO_ALONE, "NOT_NULL": DEMO_ALONE}

    dependencies = [
        ("demo_fund", "0002_size"),
    ]

    operations = [
        migrations.AddField(
            model_name="demoday",
            name="hand",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="推演进程"),
        ),
        migrations.AlterField(
            model_name="demoday",
            name="day",
            field=models.DateField(verbose_name="日期"),
        ),
        migrations.AlterModelOptions(
            name="demoday",
            options={"ordering": ["day", "hand"], "verbose_name": "演示进度", "verbose_name_plural": "演示进度"},
        ),
        migrations.AddConstraint(
            model_name="demoday",
            constraint=models.UniqueConstraint(
                fields=["day", "hand"], name="demo_day_of_hand", violation_error_message="该日的演示进度已有记录。"
            ),
        ),
    ]
