"""Bring the demo's database up to date: tables, rights, then the demo fund."""

from typing import Any

from django.core.management import BaseCommand, CommandParser, call_command, get_commands
from django.db import connection

from quanzhou_fund.app_role import grant_app_role
from quanzhou_fund.embedded.postgres import APP_ROLE


class Command(BaseCommand):
    """``manage.py prepare_demo``: every step may be repeated, and finishes what an interrupted run began."""

    help = "建立或更新演示数据库，并载入演示基金。可重复执行。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer an empty fund."""
        parser.add_argument("--empty", action="store_true", help="只建立数据库，不载入演示基金")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate and grant as the owner; load with no more rights than the served product has."""
        self.stdout.write("正在更新数据库结构……")
        self.stdout.flush()
        call_command("migrate", interactive=False, verbosity=0)
        grant_app_role(APP_ROLE)
        if options["empty"]:
            return
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APP_ROLE}")
        if "load_demo_fund" in get_commands():
            call_command("load_demo_fund")
        else:
            self.stdout.write("演示基金的载入程序尚未就绪，本次以空库启动。")
