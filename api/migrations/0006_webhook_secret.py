"""Secrets of webhooks are stored, under a key of their own; those that followed from SECRET_KEY stay what they were."""

import hashlib
import hmac
from base64 import b64encode

from django.conf import settings
from django.db import migrations, models

from common.envelopes import seal_envelope


def store_secrets(apps, schema_editor):
    """Store each secret as it has been until now, so that no bank's signature changes."""
    Webhook = apps.get_model("api", "Webhook")
    for webhook in Webhook.objects.all():
        place = f"webhook:{webhook.public_id}:{webhook.secret_number}"
        made = hmac.new(settings.SECRET_KEY.encode(), place.encode(), hashlib.sha256).digest()
        secret = f"whsec_{b64encode(made).decode()}"
        bound = f"{webhook.public_id}|{webhook.secret_number}"
        webhook.secret = seal_envelope(secret.encode(), bound=bound, purpose="webhook", keys=settings.WEBHOOK_KEYS)
        webhook.save(update_fields=["secret"])


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0005_webhook_lease"),
    ]

    operations = [
        migrations.AddField(model_name="webhook", name="secret", field=models.TextField(null=True, verbose_name="签名密钥（密文）")),
        migrations.RunPython(store_secrets, migrations.RunPython.noop),
        migrations.AlterField(model_name="webhook", name="secret", field=models.TextField(verbose_name="签名密钥（密文）")),
    ]
