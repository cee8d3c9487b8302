"""The secrets that webhooks are signed with: random, stored under ``WEBHOOK_KEYS``, so that no other key's rotation changes a signature."""

import secrets
from base64 import b64encode

from django.conf import settings

from api.models import Webhook
from common.envelopes import CannotOpen, is_under, open_envelope, seal_envelope
from common.errors import DomainError

PURPOSE = "webhook"
SECRET_BYTES = 32


class SecretUnreadable(DomainError):
    """A webhook's secret does not open: its key is missing, or somebody altered the row."""

    code = "webhook_secret_unreadable"
    sentence = (
        "接收地址 {url} 的签名密钥无法解密，事件暂不推送，也不计为对方失败。请系统管理员核对推送密钥（WEBHOOK_KEYS）是否齐全；"
        "确已遗失的，请银行更换签名密钥。"
    )
    status = 503
    retry_after = 60


def put_new_secret(webhook: Webhook) -> None:
    """Give a webhook a new random secret, under seal, for its ``secret_number``; the caller saves."""
    _put(webhook, f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}")


def secret_of(webhook: Webhook) -> str:
    """
    Return the signing secret of a webhook, as Standard Webhooks writes it.

    Raises:
        SecretUnreadable.
    """
    try:
        return open_envelope(webhook.secret, bound=_bound(webhook), purpose=PURPOSE, keys=settings.WEBHOOK_KEYS).decode()
    except CannotOpen:
        raise SecretUnreadable(url=webhook.url) from None


def put_under_first_key(webhook: Webhook) -> bool:
    """
    Seal the same secret anew unless it is under the first key already; return whether it was; the caller saves.

    Raises:
        SecretUnreadable.
    """
    if is_under(webhook.secret, key=settings.WEBHOOK_KEYS[0], purpose=PURPOSE):
        return False
    _put(webhook, secret_of(webhook))
    return True


def _put(webhook: Webhook, secret: str) -> None:
    webhook.secret = seal_envelope(secret.encode(), bound=_bound(webhook), purpose=PURPOSE, keys=settings.WEBHOOK_KEYS)


def _bound(webhook: Webhook) -> str:
    return f"{webhook.public_id}|{webhook.secret_number}"
