"""``manage.py appoint_member``: the first administrator of an institution; everybody after that is appointed by one."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import localdate, now

from common.errors import DomainError
from parties.enums import HOUSE_ROLES, Role
from parties.models import Institution
from parties.selectors import system_member
from parties.services import appoint_member, open_login


class Command(BaseCommand):
    """Opens a login and appoints it, in the name of the system; the event log says so."""

    help = "为机构开通第一个管理人员账号（口令从标准输入读取，不出现在命令行）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take institution, login and roles."""
        parser.add_argument("institution", help="机构代号，如 city-industry")
        parser.add_argument("username", help="登录名")
        parser.add_argument("name", help="姓名")
        parser.add_argument(
            "--role", action="append", choices=[role.value for role in HOUSE_ROLES], dest="roles", help="岗位，可多次；默认 admin"
        )
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, institution: str, username: str, name: str, roles: list[str] | None, email: str, **options: Any) -> None:
        """Open and appoint, or change nothing."""
        at = now()
        party = Institution.objects.filter(code=institution).first()
        if party is None:
            raise CommandError(f"没有代号为“{institution}”的机构。")
        password = getpass("口令：")
        actor = system_member()
        try:
            with transaction.atomic():
                user = open_login(username=username, display_name=name, email=email, password=password, actor=actor, at=at)
                wanted = [Role(role) for role in roles or [Role.ADMIN]]
                appoint_member(party=party, user=user, name=name, roles=wanted, from_on=localdate(at), actor=actor, at=at)
        except DomainError as refusal:
            raise CommandError("；".join([refusal.message, *(problem.detail for problem in refusal.errors)])) from refusal
        self.stdout.write(f"已为{party.name}开通账号 {username}。")
