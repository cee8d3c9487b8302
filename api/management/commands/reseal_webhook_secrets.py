"""After a new key in front of ``WEBHOOK_KEYS``: put every webhook's secret under it, so that the old key may go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.services.webhooks import reseal_secrets
from common.errors import DomainError


class Command(BaseCommand):
    """``manage.py reseal_webhook_secrets``; the secrets themselves, and so the banks' signatures, stay as they are."""

    help = "把全部事件推送签名密钥改用 WEBHOOK_KEYS 的第一把加密；签名密钥本身不变，银行无需任何操作。"

    def handle(self, *args: Any, **given: Any) -> None:
        """Do it, or change nothing and say why."""
        try:
            resealed = reseal_secrets()
        except DomainError as refused:
            raise CommandError(f"未作任何更改：{refused.message}") from refused
        self.stdout.write(f"已改用第一把密钥加密 {resealed} 个签名密钥；旧密钥可以从 WEBHOOK_KEYS 中移除。")
