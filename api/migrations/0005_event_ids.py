"""Give the log the secret name under which its events get the identifiers that programs are told."""

from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the name; the first epoch's counts for all."""

    dependencies = [("api", "0004_tokens_end")]
    operations = [
        migrations.AddField(
            model_name="feedepoch",
            name="namespace",
            field=models.UUIDField(
                db_default=RandomUUID(),
                editable=False,
                help_text="事件对外编号由此和内部编号算出，以最早一期的为准",
                verbose_name="编号空间",
            ),
        ),
    ]
