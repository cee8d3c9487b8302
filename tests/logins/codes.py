"""What an authenticator shows."""

from django.utils.timezone import now
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from logins.models import Authenticator
from logins.services.second_factor import device_for
from parties.models import Member


def enrolled(member: Member) -> Authenticator:
    """Give the member's account an authenticator."""
    assert member.user is not None
    device = device_for(member.user, secret=b"twenty random bytes.")
    device.save()
    return device


def code_now(device: TOTPDevice) -> str:
    """Return the six digits of this moment."""
    shown = TOTP(device.bin_key)
    shown.time = now().timestamp()
    return f"{shown.token():06d}"
