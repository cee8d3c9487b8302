"""The column of authenticators' secrets is wide enough for envelopes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("logins", "0001_initial"), ("otp_totp", "0003_add_timestamps")]

    operations = [
        # An envelope is longer than the 80 characters that the library keeps; it checks them in forms only, and we use none of them.
        migrations.RunSQL("ALTER TABLE otp_totp_totpdevice ALTER COLUMN key TYPE text", migrations.RunSQL.noop),
    ]
