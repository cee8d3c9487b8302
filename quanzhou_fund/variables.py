"""One variable of the environment: how its text is read, and what the table says of it."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit, urlunsplit

KEY_BYTES = 32
TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}


class Production(StrEnum):
    """What production asks of a variable."""

    REQUIRED = "必填"
    OPTIONAL = "可选"


def text(value: str) -> str:
    """Return the value as it is, without blanks around it."""
    return value.strip()


def words(value: str) -> list[str]:
    """Return the parts between commas."""
    return [part.strip() for part in value.split(",") if part.strip()]


def yes_or_no(value: str) -> bool:
    """
    Return whether the value says yes.

    Raises:
        ValueError: it says neither yes nor no.
    """
    if value.strip().lower() in TRUE_WORDS:
        return True
    if value.strip().lower() in FALSE_WORDS:
        return False
    raise ValueError(value)


def whole_number(value: str) -> int:
    """
    Return a number that is not negative.

    Raises:
        ValueError: it is no such number.
    """
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number


def requests_per(value: str) -> str:
    """
    Return a rate of requests such as ``600/min``.

    Raises:
        ValueError: it is no such rate.
    """
    if re.fullmatch(r"[1-9][0-9]*/(sec|min|hour|day)", value.strip()) is None:
        raise ValueError(value)
    return value.strip()


def networks(value: str) -> list[IPv4Network | IPv6Network]:
    """
    Return the networks between commas.

    Raises:
        ValueError: one is no network.
    """
    return [ip_network(word) for word in words(value)]


def keys(value: str) -> list[bytes]:
    """
    Return the keys between commas, each 32 bytes written in URL-safe base64; the first is the one in use.

    Raises:
        ValueError: there is none, one is no such key, or one stands twice.
    """
    found = [base64.b64decode(word, altchars=b"-_", validate=True) for word in words(value)]
    if not found or len(set(found)) != len(found) or any(len(key) != KEY_BYTES for key in found):
        raise ValueError
    return found


def next_database(url: str) -> str:
    """Return the address of the Redis database with the next number."""
    parts = urlsplit(url)
    number = int(parts.path.strip("/") or 0)
    return urlunsplit(parts._replace(path=f"/{number + 1}"))


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a reader that accepts only these words."""

    def read_choice(value: str) -> str:
        if value.strip() not in choices:
            raise ValueError(value)
        return value.strip()

    return read_choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One line of the table; ``demo`` is the default outside production, ``live`` the one in production."""

    name: str
    read: Callable[[str], Any] = text
    form: str
    demo: str
    live: str = ""
    production: Production = Production.OPTIONAL
    is_secret: bool = False  # a malformed value is not repeated in the refusal, which ends up in logs
    meaning: str
