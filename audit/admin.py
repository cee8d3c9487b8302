"""The audit log on screen: every event, read by those who see every case."""

import re
from collections.abc import Container
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import DateTimeField, Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime

from audit.models import Event
from audit.services import EXPORTED, OPENED, record_export, record_opening
from audit.verbs import current
from audit.withholding import readable
from common.admin.columns import Column
from common.admin.display_values import Badge, Lines, Small, field_of
from common.admin.extension_points import EXTENSION_POINTS, acting_member
from common.admin.panels import Fact, facts, table
from common.admin.visible import VisibleAdmin
from common.fields import MoneyField, RateField
from common.money import display, percent

PUBLIC_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGEST = re.compile(r"[0-9a-f]{64}")
AMOUNT = re.compile(r"-?\d+\.\d\d")
OWN_APPS = ("parties", "policy", "whitelist", "loans", "subsidy", "risk", "ledger", "documents")
SAID_LIKE = {  # facts of an event that are no field of its object, and the field whose words and unit they have
    "left": ("risk.payment", "amount"),
    "paid": ("risk.payment", "amount"),
    "parts": ("risk.share", "payer"),
    "breaker": ("risk.bankrisk", "state"),
    "bad_debt": ("risk.breakerchange", "bad_debt"),
}
PERSONS = frozenset({"made_by", "checked_by"})
WORDS = {
    "made_by": "经办",
    "checked_by": "复核",
    "bank_reference": "银行流水号",
    "lines": "明细数",
    "payments": "应付笔数",
    "revision": "版次",
    "entries": "条目数",
    "enterprises": "企业数",
    "on": "日期",
    "answer": "答复",
    "left": "尚余金额",
    "paid": "本次支付",
    "parts": "各方金额",
    "breaker": "银行风险状态",
    "rows": "行数",
    "filter": "筛选条件",
    "form": "格式",
    "count": "次数",
    "until": "截至",
    "why": "原因",
    "device": "设备",
    "sessions": "会话数",
    "second_factor": "二次验证",
    "exempt": "豁免二次验证",
    "enrolled": "已启用二次验证",
    "bids": "投标份数",
    "record_sha256": "开标记录摘要",
}
OF_LOGINS = "logins."  # sessions and refusals
READERS = frozenset({"city_industry", "city_science", "city_treasury", "city_finance_office", "regulator", "fund_office"})
LOG_KEEPER = "audit"  # the role that keeps the log, as parties names it
NAMES_A_LOGIN = ("logins.", "parties.user")  # objects that are accounts and sessions: no business
EXTENSION_POINTS.record_opening = record_opening
EXTENSION_POINTS.record_export = record_export
EXTENSION_POINTS.verbs |= {
    OPENED: "查阅",
    EXPORTED: "导出",
    "document.attached": "上传材料",
    "document.withdrawn": "撤下材料",
    "document.opened": "查阅材料",
}


def verb_of(event: Event) -> str:
    """Return what was done, in Chinese."""
    verb = current(event.verb)
    return EXTENSION_POINTS.verbs.get(verb) or EXTENSION_POINTS.verbs.get(verb.rsplit(".", 1)[-1]) or verb


def changes_of(event: Event, *, fields: Container[str], with_names: bool = True) -> Lines | None:
    """Return what changed of these fields, by their Chinese names; without the names of persons if asked."""
    names = [name for name in dict.fromkeys([*event.before, *event.after]) if name in fields and (with_names or name not in PERSONS)]
    told = [name for name in names if event.before.get(name) != event.after.get(name) and not _is_pointer(event, name)]
    lines = [Small(_change(event, name)) for name in told]
    return Lines(tuple(lines)) if lines else None


def _change(event: Event, name: str) -> str:
    """Return one change in words."""
    label, old, new = _label(event, name), event.before.get(name), event.after.get(name)
    if old in (None, "", [], {}):
        return f"{label}：{_said(event, name, new)}"
    return f"{label}：{_said(event, name, old)} → {_said(event, name, new)}"


def _label(event: Event, name: str) -> str:
    """Return a field's Chinese name: of the object's own model, else of another model of its app, else of any; else the name."""
    field = None if name in WORDS else _field(event, name)
    return str(field.verbose_name) if field is not None else WORDS.get(name, name)


def _said(event: Event, name: str, value: Any) -> str:
    """Return a logged value as people read it."""
    if value in (None, "", [], {}):
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    field = _field(event, name)
    choices = dict(getattr(field, "flatchoices", None) or getattr(getattr(field, "base_field", None), "flatchoices", None) or ())
    if isinstance(value, dict):
        return (
            "、".join(f"{choices[key]} {_yuan(part)}" for key, part in value.items())
            if choices.keys() >= value.keys()
            else f"{len(value)}项"
        )
    if isinstance(value, list):
        return "、".join(str(choices.get(item, item)) for item in value) if all(isinstance(i, str) for i in value) else f"{len(value)}项"
    if isinstance(field, MoneyField):
        return f"{display(Decimal(str(value)))}元"
    if isinstance(field, RateField):
        return percent(Decimal(str(value)))
    if isinstance(field, DateTimeField) and (moment := parse_datetime(str(value))) is not None:
        return f"{localtime(moment):%Y-%m-%d %H:%M:%S}"
    text = str(choices.get(value, value))
    return f"{text[:12]}…" if DIGEST.fullmatch(text) else text


def _yuan(part: Any) -> str:
    """Return a logged amount of money as people read it, anything else as it is."""
    return f"{display(Decimal(part))}元" if isinstance(part, str) and AMOUNT.fullmatch(part) else str(part)


def _is_pointer(event: Event, name: str) -> bool:
    """Return whether a value only points at a row (a public id), which says nothing to people."""
    value = event.after.get(name) or event.before.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        field = _field(event, name)
        return field is not None and field.is_relation
    return isinstance(value, str) and bool(PUBLIC_ID.fullmatch(value))


@lru_cache(maxsize=2048)
def _field_named(object_type: str, name: str) -> Any:
    plain = name.removesuffix("_id")
    try:
        model = apps.get_model(object_type)
    except (LookupError, ValueError):
        return None
    others = [other for other in apps.get_app_config(model._meta.app_label).get_models() if other is not model]
    everyone = [other for other in apps.get_models() if other._meta.app_label in OWN_APPS]
    found = (field_of(owner, word) for owner in (model, *others, *everyone) for word in (name, plain))
    return next((field for field in found if field is not None), None)


def _field(event: Event, name: str) -> Any:
    return _field_named(*SAID_LIKE.get(name, (event.object_type, name)))


def kind_of(event: Event) -> str:
    """Return what kind of thing the event is about."""
    try:
        return str(apps.get_model(event.object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return event.object_type


def account_of(event: Event) -> str | None:
    """Return which account an event of logins is about; ``None`` for any other event."""
    return event.object_label if event.object_type.startswith(NAMES_A_LOGIN) else None


ACCOUNT = Column("账号", account_of, name="account")


def events_read_by(member: Any) -> QuerySet[Event]:
    """
    Return the log of cases but for what is kept back yet; the page is open to those institutions only that see every case.

    Where and with what people log in, and what they were refused, is read by their own house and by the operator alone.
    """
    if member.institution is not None and member.institution.is_operator:
        return readable(Event.objects.all())
    return readable(Event.objects.all()).exclude(Q(object_type__startswith=OF_LOGINS) & ~Q(party_id=member.party_id))


@admin.register(Event)
class EventAdmin(VisibleAdmin):
    """The log as it was written."""

    visible_to = staticmethod(events_read_by)
    seen_by = READERS
    columns = (
        Column("发生时间", lambda event: event.occurred_at, order="occurred_at", name="occurred_at"),
        Column("动作", verb_of, order="verb"),
        Column("对象类别", kind_of, order="object_type"),
        "object_label",
        "party_name",
        "actor_name",
        "source_address",
    )
    search_fields = ("object_label", "actor_name", "party_name", "object_id")
    list_filter = ("object_type", "actor_kind", "party_name")
    date_hierarchy = "occurred_at"
    ordering = ("-id",)
    open_to = frozenset({LOG_KEEPER})
    list_intro = "每次状态变更和每次查阅都在此留痕；记录只增不改，并按批次封存校验。"

    def columns_for(self, request: HttpRequest) -> list[Column]:
        """Return who did what and when; the log administrator reads which account it was, and not which case."""
        shown = super().columns_for(request)
        return [ACCOUNT if column.__name__ == "object_label" else column for column in shown] if _keeps_the_log(request) else shown

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Return where words are looked for: never in what the person does not read."""
        return ("actor_name", "party_name") if _keeps_the_log(request) else self.search_fields

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return who did what, and what it changed; to the log administrator, who and what kind of act alone."""
        if _keeps_the_log(request):
            told = ("party_name", "actor_name", "actor_kind", "source_address", "occurred_at", "recorded_at")
            kind = (Fact("动作", verb_of(case)), Fact("对象类别", kind_of(case)), Fact("账号", account_of(case)))
            return [facts(request, case, "事件", *kind, *told), _seal_of(request, case)]
        who = facts(
            request, case, "事件", Fact("动作", verb_of(case)), Fact("对象类别", kind_of(case)), "object_label", "party_name", "actor_name",
            "actor_kind", "source_address", "occurred_at", "recorded_at", "remark",
        )  # fmt: skip
        names = [name for name in dict.fromkeys([*case.before, *case.after]) if not _is_pointer(case, name)]
        rows = [(_label(case, name), _said(case, name, case.before.get(name)), _said(case, name, case.after.get(name))) for name in names]
        return [who, table("变更内容", ("项目", "变更前", "变更后"), rows), _seal_of(request, case)]

    def heading(self, case: Any) -> str:
        """Return what was done; the page names the object where the person may read it."""
        return verb_of(case)


def _seal_of(request: HttpRequest, event: Event) -> Any:
    state = Badge("已封存", "good") if getattr(event, "seal", None) else Badge("待封存", "warn")
    return facts(request, event, "封存", Fact("状态", state))


def _keeps_the_log(request: HttpRequest) -> bool:
    """Return whether the person is the operator's log administrator, who reads actor, act and time, and no business."""
    member = acting_member(request)
    return member is not None and LOG_KEEPER in member.roles
