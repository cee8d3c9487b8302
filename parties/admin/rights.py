"""Changes of rights on screen: what a house proposed, what waits for the security administrator, what holds now and what shall."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import page_of
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, facts, table
from common.admin.visible import VisibleAdmin
from parties.admin.steps import RIGHTS_STEPS_OFFERED, Confirmed
from parties.enums import MemberKind, RightsState, Role
from parties.models import Handover, RightsChange
from parties.rights import kind_of, label_of
from parties.selectors import rights_changes_visible_to
from parties.services.handovers import link_token

WORDS = {
    "username": "登录名", "display_name": "姓名", "phone": "手机号码", "email": "邮箱", "roles": "岗位", "from_on": "自",
    "until_on": "至(不含)",
    "memberships": "已有任职", "name": "名称", "client_id": "客户端编号", "scopes": "权限范围", "networks": "允许的来源网段",
    "requests_per_minute": "每分钟请求上限", "days": "旧密钥继续有效天数", "secrets": "已签发密钥", "password": "密码",
}  # fmt: skip
ONCE = "交接码只显示这一次。请当面或电话告知本人，不得告知提出人；本人凭提出人转交的链接和此交接码，24小时内使用一次。"


class CodeShown(HttpResponse):
    """What the confirmation answers where something is handed over; the page that shows the code is made where the request is known."""

    def __init__(self, confirmed: Confirmed) -> None:
        super().__init__()
        self.confirmed = confirmed


@admin.register(RightsChange)
class RightsChangeAdmin(VisibleAdmin):
    """Who proposed which change for whom, and who confirmed it."""

    visible_to = staticmethod(rights_changes_visible_to)
    open_to = frozenset({Role.SYSTEM, Role.SECURITY})
    columns = (
        Column("事项", lambda change: label_of(change.kind), order="kind", name="kind"),
        "subject_label",
        Column("单位", lambda change: str(change.house), order="institution__short_name", name="house"),
        "state",
        "made_by",
        "made_at",
        "decided_by",
        "decided_at",
    )
    shows = ("subject_label",)
    search_fields = ("subject_label", "subject")
    list_filter = ("state", "kind")
    ordering = ("-id",)
    steps = RIGHTS_STEPS_OFFERED
    list_intro = "账号、任职、岗位、密码重置、接口程序及其密钥的变更，均由本单位管理人员提出、系统运行单位的安全管理员确认后生效。"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the person proposes or confirms such changes."""
        member = acting_member(request)
        manages = member is not None and not {Role.ADMIN, Role.SYSTEM, Role.SECURITY}.isdisjoint(member.roles)
        return manages and super().has_view_permission(request, obj)

    def first_panel(self, request: HttpRequest, case: RightsChange) -> Any:
        """Return who proposed what, and who decided; the link is the proposer's alone."""
        return facts(
            request, case, "事项", Fact("事项", label_of(case.kind)), "subject_label", Fact("单位", str(case.house)), "reason",
            Fact("提出人", case.made_by), "made_at", "ends_at", "decided_by", "decided_at", *(["refusal"] if case.refusal else []),
        )  # fmt: skip

    def parts(self, request: HttpRequest, case: RightsChange) -> list[Any]:
        """Return what changes, and how far the handing over is."""
        return [_difference(case), _handing_over(request, case)]

    def preview(self, request: HttpRequest, case: RightsChange, step: Any) -> list[Any]:
        """Return the difference above the form of the confirmer."""
        return [self.first_panel(request, case), _difference(case)]

    def follows(self, made: Any) -> bool:
        """Return whether a page of its own comes next: the code."""
        return isinstance(made, Confirmed) or super().follows(made)

    def after(self, made: Any, case: Any) -> HttpResponse:
        """Return where the confirmer lands: on the code, if there is one."""
        if isinstance(made, Confirmed):
            return CodeShown(made) if made.code else super().after(None, case)
        return super().after(made, case)

    def _do(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        answer = super()._do(request, object_id, name)
        if not isinstance(answer, CodeShown):
            return answer
        change = answer.confirmed.change
        context = self.admin_site.each_context(request) | {
            "title": "交接码",
            "opts": self.model._meta,
            "change": change,
            "kind": label_of(change.kind),
            "code": answer.confirmed.code,
            "warning": ONCE,
            "back": page_of(change),
        }
        page = TemplateResponse(request, "case/handover_code.html", context)
        page["Cache-Control"] = "no-store"
        return page


def _difference(change: RightsChange) -> Any:
    """Return what holds beside what shall, named and in words."""
    names = dict.fromkeys([*change.before, *change.after])
    rows = [(WORDS.get(name, name), _said(change.before.get(name)), _said(change.after.get(name))) for name in names]
    return table("变更内容", ("项目", "提出时", "变更为"), rows, note="提出后该对象的权限又有变动的，本事项作废，不能确认。")


def _said(value: Any) -> str:
    if value in (None, "", [], {}):
        return "无"
    if isinstance(value, list):
        return "；".join(_said(one) for one in value)
    if isinstance(value, dict):
        roles = "、".join(_said(one) for one in value.get("roles", []))
        return f"{roles}，{value.get('from_on')} 至 {value.get('until_on') or '今'}" if roles else f"{len(value)}项"
    if isinstance(value, bool):
        return "是" if value else "否"
    return {"reset": "由本人重新设置", **dict(Role.choices)}.get(str(value), str(value))


def _handing_over(request: HttpRequest, change: RightsChange) -> Any:
    """Return how far the handing over is; with the link for who proposed, while it can still be used."""
    if kind_of(change).hand_over is None or change.state not in (RightsState.PROPOSED, RightsState.CONFIRMED):
        return None
    given = Handover.objects.filter(change=change).first()
    told = [Fact("状态", _stage(given)), *([Fact("交接码有效期至", given.ends_at)] if given else [])]
    member = acting_member(request)
    proposer = member is not None and member.kind == MemberKind.PERSON and member.user_id == change.made_by_user_id
    if proposer and (given is None or given.used_at is None):
        told.append(Fact("链接(只有您能看到，请转交本人)", request.build_absolute_uri(reverse("handover", args=[link_token(change)]))))
    return facts(request, change, "交接", *told, note="链接由提出人转交，交接码由确认人告知，本人凭两者设置密码或领取密钥。")


def _stage(given: Handover | None) -> str:
    if given is None:
        return "确认后方可使用"
    if given.used_at is not None:
        return f"已于 {timezone.localtime(given.used_at):%Y-%m-%d %H:%M} 使用"
    return "已过期，请重新提出" if timezone.now() >= given.ends_at else "待本人使用"
