"""Secrets of authenticators are encrypted under a key of their own."""

from binascii import unhexlify

from django.db import migrations

from logins.authenticators import sealed_secret


def seal_secrets(apps, schema_editor):
    """Encrypt what lies in clear; what begins as an envelope does was sealed by a run before."""
    for device in apps.get_model("otp_totp", "TOTPDevice").objects.exclude(key__startswith="1:"):
        device.key = sealed_secret(unhexlify(device.key), user_id=device.user_id)
        device.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [("logins", "0002_wide_authenticators")]

    operations = [migrations.RunPython(seal_secrets, migrations.RunPython.noop, elidable=True)]
