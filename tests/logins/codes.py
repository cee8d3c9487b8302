"""What an authenticator shows."""

from django.utils.timezone import now
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice


def code_now(device: TOTPDevice) -> str:
    """Return the six digits of this moment."""
    shown = TOTP(device.bin_key)
    shown.time = now().timestamp()
    return f"{shown.token():06d}"
