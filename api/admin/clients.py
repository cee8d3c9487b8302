"""Programs that call the interface: opened and changed by two persons, closed by one; no administrator sees a secret."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from api.admin.forms import ChangeForm, EnableForm, OpenForm, RenewForm
from api.enums import Scope
from api.models import ApiClient, Upload, WebhookMessage
from api.selectors import last_used
from api.services.clients import (
    CALLING_KINDS,
    KEEPERS,
    clients_visible_to,
    close_client,
    end_old_secrets,
    propose_access,
    propose_client,
    propose_renewal,
)
from api.services.webhooks import enable_webhook
from common.admin.columns import Column
from common.admin.display_values import Badge, Small, joined, link_to
from common.admin.forms import ReasonForm
from common.admin.panels import Fact, Facts, Row, table
from common.admin.steps import Step, StepContext, StepPermission, allowed_for
from common.admin.visible import VisibleAdmin
from parties.enums import Role
from parties.models import Member

SHOWN = 20  # lines of deliveries and uploads


@dataclass(frozen=True, slots=True)
class Keepers(StepPermission):
    """The user administrators of houses with programs, and those of the operator's administrators who keep rights."""

    administrators: frozenset[str] = frozenset({Role.SYSTEM})

    def allows(self, member: Any) -> bool:
        """Return whether the member may take the step at all."""
        if member is not None and member.is_administrator:
            return not self.administrators.isdisjoint(member.roles)
        return StepPermission.allows(self, member)


HOUSES = frozenset(CALLING_KINDS)
PROPOSERS = Keepers(HOUSES, frozenset({Role.ADMIN}))
CLOSERS = Keepers(HOUSES, frozenset({Role.ADMIN}), frozenset({Role.SYSTEM, Role.SECURITY}))
ADMINS = allowed_for(*KEEPERS, *CALLING_KINDS, roles=[Role.ADMIN])
PROPOSED = "已提出，待安全管理员确认后生效。"
HANDED = "提出后由安全管理员确认。确认后，程序负责人凭您转交的链接和安全管理员告知的交接码，24小时内领取密钥一次；密钥只在领取时显示。"


def _open(context: StepContext) -> Any:
    return propose_client(actor=context.member, at=context.at, **context.given)


def _change(context: StepContext) -> Any:
    return propose_access(client_id=context.obj.public_id, actor=context.member, at=context.at, **context.given)


def _renew(context: StepContext) -> Any:
    given = dict(context.given)
    days = timedelta(days=given.pop("days"))
    return propose_renewal(client_id=context.obj.public_id, actor=context.member, at=context.at, old_ends_after=days, **given)


def _enable(context: StepContext) -> Any:
    return enable_webhook(client=context.obj, webhook_id=context.given["webhook"].public_id, at=context.at, actor=context.member)


OPEN = Step(name="open", label="提出开通接口程序", who=PROPOSERS, form=OpenForm, run=_open, sentence=HANDED, tone="main", done=PROPOSED)
STEPS = (
    Step(
        name="renew",
        label="提出更换密钥",
        who=PROPOSERS,
        form=RenewForm,
        run=_renew,
        when=lambda client: client.is_active,
        sentence=f"领取新密钥后，旧密钥到期前仍可使用，银行程序不必停机。{HANDED}",
        done=PROPOSED,
        tone="main",
    ),
    Step(
        name="change",
        label="提出修改权限和来源",
        who=PROPOSERS,
        form=ChangeForm,
        run=_change,
        when=lambda client: client.is_active,
        done=PROPOSED,
    ),
    Step(
        name="end-old",
        label="立即停用旧密钥",
        who=CLOSERS,
        run=lambda context: end_old_secrets(client_id=context.obj.public_id, actor=context.member, at=context.at),
        when=lambda client: client.is_active,
        sentence="除最新密钥外全部立即失效，已发出的访问令牌一并作废，程序须用最新密钥重新获取令牌。密钥可能泄露时使用。",
        tone="danger",
    ),
    Step(
        name="enable-webhook",
        label="恢复事件推送",
        who=ADMINS,
        form=EnableForm,
        run=_enable,
        when=lambda client: client.is_active and client.webhooks.filter(disabled_at__isnull=False).exists(),
        sentence="停用期间的事件随即补送。请先确认接收程序已恢复。",
    ),
    Step(
        name="close",
        label="停用接口程序",
        who=CLOSERS,
        form=ReasonForm,
        run=lambda context: close_client(
            client_id=context.obj.public_id, actor=context.member, at=context.at, remark=context.given["reason"]
        ),
        when=lambda client: client.is_active,
        sentence="立即停止访问，不能恢复；已办理的业务和记录不变。",
        tone="danger",
    ),
)
VERBS: dict[str, str] = {
    "client.opened": "开通接口程序",
    "client.secret_renewed": "更换接口密钥",
    "client.old_secrets_ended": "停用旧密钥",
    "client.changed": "修改接口权限",
    "client.closed": "停用接口程序",
    "webhook.added": "登记事件接收地址",
    "webhook.changed": "修改事件订阅",
    "webhook.removed": "删除事件订阅",
    "webhook.secret_renewed": "更换推送签名密钥",
    "webhook.enabled": "恢复事件推送",
    "webhook.disabled": "停用事件推送",
    "upload.taken": "接收批量文件",
    "feed.restarted": "恢复备份后重启事件读取",
}


def clients_listed(member: Member) -> QuerySet[ApiClient]:
    """Return what the member sees, with the moment of the last use."""
    return last_used(clients_visible_to(member))


def _scopes(client: ApiClient) -> str:
    return "；".join(str(Scope(scope).label) for scope in client.scopes)


def _state(client: ApiClient) -> Badge:
    return Badge("启用", "good") if client.is_active else Badge("已停用", "bad")


@admin.register(ApiClient)
class ApiClientAdmin(VisibleAdmin):
    """Programs of banks, fund manager and guarantors."""

    visible_to = staticmethod(clients_listed)
    seen_by = frozenset({*KEEPERS, *CALLING_KINDS})
    open_to = frozenset({Role.SYSTEM, Role.SECURITY})
    columns = (
        "name",
        Column("机构", lambda client: client.member.institution, order="member__institution__name", name="institution"),
        Column("权限范围", _scopes, name="scopes"),
        Column("来源网段", lambda client: "、".join(client.networks) or "不限", name="networks"),
        "requests_per_minute",
        Column("最近取得令牌", lambda client: client.last_used_at, name="last_used"),
        Column("状态", _state, name="state"),
    )
    shows = ("name",)
    search_fields = ("name", "application__client_id", "member__institution__name")
    list_filter = ("is_active",)
    ordering = ("member__institution__name", "name")
    case_related = ("opened_by__institution",)
    new_steps = (OPEN,)
    steps = STEPS
    list_intro = "银行、基金管理人和担保公司的系统所用的接口客户端。由本单位管理人员提出、安全管理员确认后开通；密钥只在领取时显示一次。"

    def badges(self, case: ApiClient) -> list[Badge]:
        """Return whether it may call, and that something stands still."""
        still = [Badge("事件推送已停用", "bad")] if case.webhooks.filter(disabled_at__isnull=False).exists() else []
        return [_state(case), *still]

    def first_panel(self, request: HttpRequest, case: ApiClient) -> Facts:
        """Return who it is and what it may do."""
        return Facts(
            title="基本情况",
            facts=[
                Fact("名称", case.name),
                Fact("机构", link_to(request, case.member.institution)),
                Fact("客户端编号", case.application.client_id),
                Fact("权限范围", _scopes(case)),
                Fact("允许的来源网段", joined(case.networks) if case.networks else "不限"),
                Fact("每分钟请求上限", f"{case.requests_per_minute} 次"),
                Fact("最近取得令牌", case.last_used_at),  # type: ignore[attr-defined]
                Fact("开通时间", case.opened_at),
                Fact("开通人", case.opened_by),
            ],
        )

    def parts(self, request: HttpRequest, case: ApiClient) -> list[Any]:
        """Return secrets, subscriptions, troubled deliveries and uploads."""
        return [_secrets(case), _webhooks(case), _deliveries(case), _uploads(case)]


def _secrets(client: ApiClient) -> Any:
    now = timezone.now()
    rows = [
        (one.issued_at, one.ends_at, Badge("有效", "good") if one.ends_at is None or one.ends_at > now else Badge("已失效", "plain"))
        for one in client.secrets.order_by("-issued_at", "-pk")
    ]
    return table("密钥", ("签发时间", "失效时间", "状态"), rows, note="系统只保存密钥的校验值，任何人都不能再次查看。")


def _webhooks(client: ApiClient) -> Any:
    waiting = Count("messages", filter=Q(messages__sent_at__isnull=True))
    found = client.webhooks.annotate(waiting=waiting, last_sent=Max("messages__sent_at")).order_by("pk")
    rows = [(one.url, "、".join(one.types) or "全部", one.last_sent, one.waiting, one.failing_since, _sending(one)) for one in found]
    return table(
        "事件推送", ("接收地址", "事件类型", "最近送达", "待送", "连续失败自", "状态"), rows, empty="未登记接收地址，事件从事件列表读取。"
    )


def _sending(webhook: Any) -> Badge:
    if webhook.disabled_at is not None:
        return Badge("已停用", "bad")
    return Badge("重试中", "busy") if webhook.failing_since is not None else Badge("正常", "good")


def _deliveries(client: ApiClient) -> Any:
    failed = WebhookMessage.objects.filter(webhook__client=client, sent_at__isnull=True).exclude(last_error="")
    rows = [
        (Small(f"{one.event}"), one.webhook.url, one.attempts, one.last_error, one.due_at)
        for one in failed.select_related("webhook").order_by("-pk")[:SHOWN]
    ]
    heads = ("事件编号", "接收地址", "已尝试", "最近错误", "下次发送")
    return table("未送达的事件", heads, rows, empty="没有推送失败的事件。", folded=not rows)


def _uploads(client: ApiClient) -> Any:
    rows = [_upload(one) for one in Upload.objects.filter(client=client).defer("content").order_by("-pk")[:SHOWN]]
    heads = ("提交时间", "类别", "格式", "行数", "已处理", "未登记", "状态", "完成时间")
    return table("批量提交", heads, rows, empty="没有批量提交。", note=f"最近 {SHOWN} 次；逐行结果由程序从接口读取。")


def _upload(upload: Upload) -> Row:
    tone = {"done": "good", "running": "busy"}.get(upload.state, "plain")
    kind = f"{upload.get_kind_display()}{'（只校验）' if upload.check_only else ''}"
    cells = (
        upload.taken_at,
        kind,
        upload.get_file_format_display(),
        upload.row_count,
        upload.done_count,
        upload.rejected_count,
        Badge(upload.get_state_display(), tone),
        upload.finished_at,
    )
    return Row(cells=cells)
