"""``manage.py first_administrators``: the operator's first system, security and log administrator, once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.timezone import now

from common.errors import DomainError
from parties.enums import Role
from parties.services.keepers import Person, appoint_first_administrators


class Command(BaseCommand):
    """Appoints three persons, and prints for each the link and the code with which the person sets the own password."""

    help = "首次设立系统管理员、安全管理员、审计管理员（只能执行一次）；打印各人设置密码的链接和交接码。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take three persons, and which institution runs the system."""
        for name, label in (("system", "系统管理员"), ("security", "安全管理员"), ("audit", "审计管理员")):
            parser.add_argument(f"--{name}", nargs=3, required=True, metavar=("登录名", "姓名", "手机号码"), help=label)
        parser.add_argument("--operator", default="", metavar="机构代号", help="系统运行单位，如 city-industry；不写为基金系统")

    def handle(self, *args: Any, operator: str, **given: Any) -> None:
        """Appoint all three, or change nothing."""
        people = {name: Person(username=u, name=n, phone=p) for name in ("system", "security", "audit") for u, n, p in [given[name]]}
        try:
            appointed = appoint_first_administrators(at=now(), operator_code=operator, **people)
        except DomainError as refusal:
            raise CommandError("；".join([refusal.message, *(problem.detail for problem in refusal.errors)])) from refusal
        for one in appointed:
            role = Role(one.member.roles[0]).label
            self.stdout.write(f"{role} {one.member.name}：打开 {reverse('handover', args=[one.token])} ，交接码 {one.code}")
        self.stdout.write("链接和交接码24小时内有效，只能使用一次，请分别当面交给本人；系统不再显示。")
