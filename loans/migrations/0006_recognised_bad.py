from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loans", "0005_known_words")]

    operations = [
        migrations.AddField(
            model_name="loan",
            name="recognised_bad_on",
            field=models.DateField(
                blank=True, help_text="认定后收回的款项登记为追偿收回，不再登记还款", null=True, verbose_name="认定坏账日"
            ),
        ),
    ]
