"""After a new key in front of ``AUTHENTICATOR_KEYS``: put every authenticator's secret under it, so that the old key may go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import DomainError
from logins.services.second_factor import reseal_secrets


class Command(BaseCommand):
    """``manage.py reseal_authenticators``; the secrets themselves, and so the people's codes, stay as they are."""

    help = "把全部二次验证密钥改用 AUTHENTICATOR_KEYS 的第一把加密；密钥本身不变，用户无需任何操作。"

    def handle(self, *args: Any, **given: Any) -> None:
        """Do it, or change nothing and say why."""
        try:
            resealed = reseal_secrets()
        except DomainError as refused:
            raise CommandError(
                "未作任何更改：有二次验证密钥无法解密。请核对 AUTHENTICATOR_KEYS 是否齐全；密钥无误的，说明密文已被改动，请保留现场并查明。"
            ) from refused
        self.stdout.write(f"已改用第一把密钥加密 {resealed} 个二次验证密钥；旧密钥可以从 AUTHENTICATOR_KEYS 中移除。")
