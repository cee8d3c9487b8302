"""``manage.py appoint_member``: proposes a person for an institution from the server; the security administrator confirms on screen."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.timezone import localdate, now

from common.errors import DomainError
from parties.enums import Role
from parties.models import Institution
from parties.selectors import system_member
from parties.services.handovers import link_token
from parties.services.members import propose_login


class Command(BaseCommand):
    """Proposes in the name of the server; nothing is opened before the confirmation, and nobody types the person's password."""

    help = "提出为机构开设账号并登记任职；由安全管理员在系统内确认后生效，密码由本人设置。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take institution, login, person and roles."""
        parser.add_argument("institution", help="机构代号，如 city-industry")
        parser.add_argument("username", help="登录名")
        parser.add_argument("name", help="姓名")
        parser.add_argument("phone", help="手机号码")
        parser.add_argument("--role", action="append", choices=Role.values, dest="roles", help="岗位，可多次；默认 admin")
        parser.add_argument("--email", default="")
        parser.add_argument("--reason", default="", help="事由，如任职文件的文号")

    def handle(self, *args: Any, institution: str, username: str, roles: list[str] | None, **given: Any) -> None:
        """Propose, or change nothing."""
        at = now()
        house = Institution.objects.filter(code=institution).first()
        if house is None:
            raise CommandError(f"没有代号为“{institution}”的机构。")
        try:
            change = propose_login(
                house=house, username=username, display_name=given["name"], phone=given["phone"], email=given["email"],
                roles=[Role(role) for role in roles or [Role.ADMIN]], from_on=localdate(at), actor=system_member(), at=at,
                reason=given["reason"],
            )  # fmt: skip
        except DomainError as refusal:
            raise CommandError("；".join([refusal.message, *(problem.detail for problem in refusal.errors)])) from refusal
        address = reverse("handover", args=[link_token(change)])
        self.stdout.write(f"已提出为{house.name}开设账号 {username}，待安全管理员在系统内确认（7天内有效）。")
        self.stdout.write(f"确认后，请本人在24小时内打开 {address} ，凭安全管理员告知的交接码设置密码。")
