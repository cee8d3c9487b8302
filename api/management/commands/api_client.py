"""Programs from the command line, in the name of the system: proposed to be opened, renewed, changed; ended and closed at once."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.timezone import localtime, now

from api.enums import Scope
from api.models import ApiClient
from api.selectors import last_used
from api.services.clients import (
    USUAL_RATE,
    client_subject,
    clients_visible_to,
    close_client,
    end_old_secrets,
    propose_access,
    propose_client,
    propose_renewal,
)
from common.errors import DomainError
from parties.models import Institution, RightsChange
from parties.rights import KINDS, label_of
from parties.selectors import mark_of, system_member
from parties.services.handovers import link_token


class Command(BaseCommand):
    """``manage.py api_client open|list|change|renew|end-old|close``; no secret passes here."""

    help = "接口程序：提出开通、修改、更换密钥（由安全管理员确认），列出，停用旧密钥，停用。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what is to be done, and on which client."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="操作")
        opening = doing.add_parser("open", help="开通")
        opening.add_argument("institution", help="机构代号，如 qzb")
        opening.add_argument("name", help="名称，如 信贷核心系统")
        changing = doing.add_parser("change", help="修改权限范围、来源网段、请求上限；未写的不变")
        changing.add_argument("client_id", help="客户端编号")
        for one in (opening, changing):
            one.add_argument("--scope", action="append", choices=Scope.values, dest="scopes", help="权限范围，可多次；开通时默认全部")
            one.add_argument("--network", action="append", dest="networks", help="允许的来源网段，可多次；不写为不限")
            one.add_argument("--rate", type=int, help=f"每分钟请求上限，默认 {USUAL_RATE}")
        listing = doing.add_parser("list", help="列出")
        listing.add_argument("institution", nargs="?", default="", help="机构代号；不写为全部")
        renewing = doing.add_parser("renew", help="更换密钥，旧密钥过一段时间失效")
        renewing.add_argument("--days", type=int, default=7, help="旧密钥继续有效的天数，默认 7")
        for one in (renewing, doing.add_parser("end-old", help="立即停用旧密钥"), doing.add_parser("close", help="停用")):
            one.add_argument("client_id", help="客户端编号")

    def handle(self, *args: Any, doing: str, **given: Any) -> None:
        """Do it, or change nothing and say why."""
        steps: dict[str, Callable[..., None]] = {
            "open": self._open,
            "list": self._list,
            "change": self._change,
            "renew": self._renew,
            "end-old": self._end_old,
            "close": self._close,
        }
        try:
            steps[doing](given)
        except DomainError as refusal:
            raise CommandError("；".join([refusal.message, *(problem.detail for problem in refusal.errors)])) from refusal

    def _open(self, given: dict[str, Any]) -> None:
        institution = Institution.objects.filter(code=given["institution"]).first()
        if institution is None:
            raise CommandError(f"没有代号为“{given['institution']}”的机构。")
        change = propose_client(
            institution=institution,
            name=given["name"],
            scopes=[Scope(scope) for scope in given["scopes"] or Scope.values],
            networks=given["networks"] or [],
            requests_per_minute=given["rate"] or USUAL_RATE,
            actor=system_member(),
            at=now(),
        )
        self._say(change)

    def _list(self, given: dict[str, Any]) -> None:
        rows = last_used(clients_visible_to(system_member()))
        if given["institution"]:
            rows = rows.filter(member__institution__code=given["institution"])
        for client in rows.order_by("member__institution__code", "name"):
            used = client.last_used_at  # type: ignore[attr-defined]
            last = f"{localtime(used):%Y-%m-%d %H:%M}" if used else "从未"
            state = "启用" if client.is_active else "已停用"
            scopes, networks = " ".join(client.scopes), " ".join(client.networks) or "不限"
            institution = client.member.institution
            self.stdout.write(
                f"{client.application.client_id}  {institution.code if institution else ''}  {client.name}  {state}"
                f"  范围：{scopes}  来源：{networks}  上限：{client.requests_per_minute}/分钟  最近取得令牌：{last}"
            )

    def _change(self, given: dict[str, Any]) -> None:
        client = self._client(given)
        change = propose_access(
            seen=mark_of(client_subject(client.application.client_id)),
            client_id=client.public_id,
            scopes=[Scope(scope) for scope in given["scopes"] or client.scopes],
            networks=client.networks if given["networks"] is None else given["networks"],
            requests_per_minute=given["rate"] or client.requests_per_minute,
            actor=system_member(),
            at=now(),
        )
        self._say(change)

    def _renew(self, given: dict[str, Any]) -> None:
        client, after = self._client(given), timedelta(days=given["days"])
        seen = mark_of(client_subject(client.application.client_id))
        self._say(propose_renewal(client_id=client.public_id, actor=system_member(), at=now(), seen=seen, old_ends_after=after))
        self.stdout.write(f"领取新密钥后，旧密钥 {given['days']} 天后失效，期间两个密钥同时有效。")

    def _end_old(self, given: dict[str, Any]) -> None:
        ended = end_old_secrets(client_id=self._client(given).public_id, actor=system_member(), at=now())
        self.stdout.write(f"已停用 {ended} 个旧密钥，已发出的令牌一并作废。")

    def _close(self, given: dict[str, Any]) -> None:
        client = close_client(client_id=self._client(given).public_id, actor=system_member(), at=now())
        self.stdout.write(f"已停用“{client.name}”。")

    def _client(self, given: dict[str, Any]) -> ApiClient:
        client = clients_visible_to(system_member()).filter(application__client_id=given["client_id"]).first()
        if client is None:
            raise CommandError(f"没有编号为“{given['client_id']}”的接口程序。")
        return client

    def _say(self, change: RightsChange) -> None:
        self.stdout.write(f"已提出“{label_of(change.kind)}”：{change.subject_label}，待安全管理员在系统内确认（7天内有效）。")
        if KINDS[change.kind].hand_over is not None:
            address = reverse("handover", args=[link_token(change)])
            self.stdout.write(f"确认后，请程序负责人在24小时内打开 {address} ，凭安全管理员告知的交接码领取密钥（只显示这一次）。")
