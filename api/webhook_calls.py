"""One call of a webhook: signed, to an address that is checked and then held on to, never following a redirect."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

import certifi
import urllib3
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from standardwebhooks import Webhook as Signer

from common.database import require_no_transaction
from common.errors import DomainError

Address = IPv4Address | IPv6Address
CONNECT_SECONDS, READ_SECONDS = 5, 15
CARRIES_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16"), IPv6Network("::ffff:0:0/96"), IPv6Network("::/96"))


class AddressRefused(DomainError):
    """The address is not one that we call."""

    code = "webhook_address_refused"
    sentence = "不能向 {url} 推送事件：{why}。"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What came of a call; ``error`` empty: delivered. ``is_gone``: the receiver wants no more. ``is_silent``: it did not answer."""

    error: str = ""
    is_gone: bool = False
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class CheckedUrl:
    """An address that we would call; only ``checked_url`` makes one."""

    url: str


def checked_url(url: str) -> CheckedUrl:
    """
    Return an address once all its name stands for was checked. It asks DNS, so it is called before a transaction.

    Raises:
        AddressRefused.
    """
    checked_address(url)
    return CheckedUrl(url)


def checked_address(url: str) -> tuple[SplitResult, str]:
    """
    Return the parts of an address and the IP address to call, once every address its name stands for may be called.

    Public addresses over HTTPS; others only within ``WEBHOOK_ALLOWED_NETWORKS``, there over HTTP as well.

    Raises:
        AddressRefused.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise AddressRefused(field="url", url=url, why="地址格式不正确") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password or parts.fragment:
        raise AddressRefused(field="url", url=url, why="须为 https 地址，不含用户名和片段")
    addresses = _addresses_of(parts.hostname, port, url=url)
    if not all(is_callable(address) for address in addresses):
        raise AddressRefused(field="url", url=url, why="不允许访问内网地址；专线网段须先由系统管理员登记")
    if parts.scheme == "http" and not all(_is_allowed(address) for address in addresses):
        raise AddressRefused(field="url", url=url, why="公网地址须使用 https")
    return parts, str(addresses[0])


def is_callable(address: Address) -> bool:
    """Return whether we call an address: one of the open internet, or of a network that the operator allowed."""
    if _is_allowed(address):
        return True
    if isinstance(address, IPv6Address) and any(address in network for network in CARRIES_IPV4):
        return False  # an IPv4 address in disguise
    return address.is_global and not address.is_multicast and not address.is_reserved


def call(*, url: str, secret: str, message_id: str, body: str, at: datetime) -> Called:
    """
    Send one message and return what came of it; trouble is an answer, not an exception. Nothing of the answer but its status is read.

    Source: Standard Webhooks 1.0.
    """
    try:
        parts, address = checked_address(url)
    except AddressRefused as refused:
        return Called(error=refused.message, is_silent=True)
    signature = Signer(secret).sign(msg_id=message_id, timestamp=at.astimezone(UTC), data=body)
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": "quanzhou-fund-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _pool(parts, address) as pool:
            answer = pool.urlopen("POST", target, body=body.encode(), headers=headers, redirect=False, retries=False, preload_content=False)
            status = answer.status
            answer.close()
    except SoftTimeLimitExceeded:
        return Called(error="接收地址应答过慢，已中断。", is_silent=True)
    except (urllib3.exceptions.HTTPError, OSError) as problem:
        return Called(error=f"{type(problem).__name__}：接收地址无应答。", is_silent=True)
    if 200 <= status < 300:
        return Called()
    return Called(error=f"接收地址返回 {status}。", is_gone=status == 410)


def _pool(parts: SplitResult, address: str) -> urllib3.HTTPConnectionPool:
    """Return a pool to the very address that was checked; the name is still what the certificate must prove."""
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, parts.port or 80, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        address,
        parts.port or 443,
        timeout=timeout,
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
    )


def _addresses_of(host: str, port: int, *, url: str) -> list[Address]:
    require_no_transaction("DNS")
    try:
        found: Iterable[str] = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise AddressRefused(field="url", url=url, why="域名无法解析") from None
    return [ip_address(one.partition("%")[0]) for one in sorted(found)]


def _is_allowed(address: Address) -> bool:
    return any(address in network for network in settings.WEBHOOK_ALLOWED_NETWORKS if network.version == address.version)
