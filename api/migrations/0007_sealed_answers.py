"""Kept answers are encrypted under a key of their own: some hold a secret that is shown once."""

from django.conf import settings
from django.db import migrations, models

from common.envelopes import seal_envelope

AT_ONCE = 2_000


def seal_answers(apps, schema_editor):
    """Encrypt what lies in clear, some rows at a time; what begins as an envelope does was sealed by a run before."""
    KeptAnswer = apps.get_model("api", "KeptAnswer")
    last = 0
    while rows := list(KeptAnswer.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        clear = [row for row in rows if not row.body.startswith("1:")]
        for row in clear:
            bound = f"{row.client_id}|{row.key}"
            row.body = seal_envelope(row.body.encode(), bound=bound, purpose="answer", keys=settings.ANSWER_KEYS)
        KeptAnswer.objects.bulk_update(clear, ["body"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("api", "0006_webhook_secret")]

    operations = [
        migrations.AlterField(model_name="keptanswer", name="body", field=models.TextField(verbose_name="答复（密文）")),
        migrations.RunPython(seal_answers, migrations.RunPython.noop, elidable=True),
    ]
