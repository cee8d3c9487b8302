"""``manage.py emergency_administrator``: a security administrator for a week when nobody is left who could confirm."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from common.errors import DomainError
from notices.services import notify
from parties.enums import InstitutionKind
from parties.models import Institution
from parties.services.keepers import Appointed, Person, appoint_in_emergency

TOLD = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY, InstitutionKind.CITY_FINANCE_OFFICE)


class Command(BaseCommand):
    """Break-glass: logged under its own verb, told to the operator and the city's bureaus, over after seven days."""

    help = "应急：无安全管理员可履职时，设立为期7天的安全管理员。全程留痕并通知有关单位。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the person, the reason, and whom the person replaces."""
        parser.add_argument("username", help="新登录名")
        parser.add_argument("name", help="姓名")
        parser.add_argument("phone", help="手机号码")
        parser.add_argument("--reason", required=True, help="理由，写入审计记录和通知")
        parser.add_argument("--in-place-of", default="", metavar="登录名", help="在任而不能履职的安全管理员，其任职随即终止")

    def handle(self, *args: Any, username: str, name: str, phone: str, reason: str, in_place_of: str, **options: Any) -> None:
        """Appoint and tell, or change nothing."""
        at, person = now(), Person(username=username, name=name, phone=phone)
        try:
            with transaction.atomic():
                made = appoint_in_emergency(person=person, reason=reason, at=at, in_place_of=in_place_of)
                for institution in Institution.objects.filter(kind__in=TOLD) | Institution.objects.filter(is_operator=True):
                    notify(
                        key=f"emergency-administrator:{made.member.public_id}:{institution.code}", kind="rights.emergency",
                        title="已启用应急安全管理员", body=_body(made, reason), at=at, institution=institution, urgent=True,
                    )  # fmt: skip
        except DomainError as refusal:
            raise CommandError("；".join([refusal.message, *(problem.detail for problem in refusal.errors)])) from refusal
        self.stdout.write(f"{name}：打开 {reverse('handover', args=[made.token])} ，交接码 {made.code}")
        self.stdout.write(f"任职至 {made.member.until_on}（不含）。请在此之前由系统管理员提出、{name}确认，设立新的安全管理员。")


def _body(made: Appointed, reason: str) -> str:
    return (
        f"服务器命令设立了应急安全管理员{made.member.name}，任职至 {made.member.until_on}（不含），理由：{reason}。"
        "如贵单位不知情，请立即与系统运行单位核实。"
    )
