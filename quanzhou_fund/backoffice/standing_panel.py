"""How the system stands, on the first page of those who run it."""

from django.utils import timezone

from common.admin.display_values import Badge
from common.admin.panels import Row, Table, table
from parties.enums import Role
from parties.models import Member
from quanzhou_fund.standing import Sign, signs

ALWAYS_SHOWN = frozenset({"heartbeat_age_seconds", "oldest_unsealed_seconds", "oldest_undelivered_seconds", "queue_age_seconds"})
WHO = (Role.SYSTEM, Role.ADMIN)
MINUTE, HOUR, DAY = 60, 3600, 86400


def standing_panels(member: Member) -> list[Table]:
    """Return the panel for the operator's administrators, none for others: what must be looked at first, then what is well."""
    if member.institution is None or not member.institution.is_operator or not set(WHO) & set(member.roles):
        return []
    shown = [sign for sign in signs(at=timezone.now()) if sign.is_bad or sign.metric in ALWAYS_SHOWN]
    rows = [Row(cells=_cells(sign)) for sign in sorted(shown, key=lambda sign: not sign.is_bad)]
    return [table("系统运行", ("项目", "状态", "当前", "预警线"), rows, empty="暂无数据。")]


def _cells(sign: Sign) -> tuple[str | Badge, ...]:
    """Return what is said of a sign, its state first: on a telephone the last columns are out of sight."""
    said = _duration if sign.metric.endswith("_seconds") else _number
    return (sign.label, _state(sign), said(sign.value), said(sign.limit))


def _state(sign: Sign) -> Badge:
    if sign.value is None:
        return Badge("未知，请检查", "warn")
    return Badge("超过预警线，请检查", "bad") if sign.is_bad else Badge("正常", "good")


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:,.0f}"


def _duration(seconds: float | None) -> str:
    """Return a length of time as people say it, in its largest unit that counts at least two."""
    if seconds is None:
        return "—"
    for unit, name in ((DAY, "天"), (HOUR, "小时"), (MINUTE, "分钟")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} 秒"
