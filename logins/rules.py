"""When a session is over, and what counts as a code of the second factor; pure."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read for another
_GROUPS, _GROUP = 4, 4
_TOTP = re.compile(r"[0-9]{6}")


class Over(StrEnum):
    """Why a session ended without its person leaving."""

    IDLE = "idle"
    TOO_OLD = "too_old"
    SERVES_ANOTHER = "serves_another"


SENTENCES = {
    Over.IDLE: "您已{minutes}分钟没有操作，为保护账号安全已自动退出，请重新登录。",
    Over.TOO_OLD: "本次登录已满{hours}小时，请重新登录。",
    Over.SERVES_ANOTHER: "您的任职已发生变化，请重新登录。",
}


# What is looked for first stands first: browsers call themselves by each other's names.
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("OpenHarmony", "鸿蒙"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "安卓"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    ("MicroMessenger", "微信"), ("Edg", "Edge"), ("QQBrowser", "QQ浏览器"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """What a session remembers of itself."""

    began_at: datetime
    seen_at: datetime
    member: int | None


def over(session: SessionFacts, *, at: datetime, member: int | None, idle: timedelta, longest: timedelta) -> Over | None:
    """Return why the session is over at that moment for whom the person acts as now; ``None`` while it goes on."""
    if at - session.seen_at >= idle:
        return Over.IDLE
    if at - session.began_at >= longest:
        return Over.TOO_OLD
    if session.member is not None and session.member != member:
        return Over.SERVES_ANOTHER
    return None


def device_named(agent: str) -> str:
    """Return system and browser of a ``User-Agent`` as people call them; what is not known, as it was sent."""
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    return " · ".join(part for part in (system, browser) if part) or agent


def is_totp(code: str) -> bool:
    """Return whether what was typed has the form of a code of the authenticator, not of a recovery code."""
    return _TOTP.fullmatch(plain(code)) is not None


def plain(code: str) -> str:
    """Return a code as it is compared: without blanks and hyphens, in lower case."""
    return re.sub(r"[\s-]", "", code).lower()


def new_recovery_code() -> str:
    """Return a code of 79 random bits in groups of four, so that a plain digest of it cannot be searched."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
