from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("risk", "0003_recoveries_numbered"),
    ]

    operations = [
        migrations.AlterField(
            model_name="classificationsuggestion",
            name="state",
            field=models.CharField(
                choices=[("open", "待银行确认"), ("taken", "已按建议调整"), ("overruled", "银行另行认定"), ("outdated", "已不适用")],
                default="open",
                max_length=10,
                verbose_name="状态",
            ),
        ),
    ]
