"""The column of authenticators' secrets becomes wide enough for envelopes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("logins", "0001_initial"), ("otp_totp", "0003_add_timestamps")]
    reviewed = {"ALTER_COLUMN": "varchar to text rewrites nothing, and whatever fitted still fits"}

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[],
            options={
                "verbose_name": "二次验证设备",
                "verbose_name_plural": "二次验证设备",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("otp_totp.totpdevice",),
        ),
        # An envelope is longer than the 80 characters that the library keeps; it checks them in forms only, and we use none of them.
        migrations.RunSQL("ALTER TABLE otp_totp_totpdevice ALTER COLUMN key TYPE text", migrations.RunSQL.noop),
    ]
