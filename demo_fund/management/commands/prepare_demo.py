"""Bring the demo's database up to date: tables, rights, then the demo fund."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandParser, call_command
from django.db import connection

from demo_fund.player import HANDS
from demo_fund.progress import Progress, report_progress
from demo_fund.versions import require_own_schema, require_own_story
from quanzhou_fund.app_role import Use, grant_app_role
from quanzhou_fund.embedded.postgres import APP_ROLE, JOBS_ROLE


class Command(BaseCommand):
    """``manage.py prepare_demo``: every step may be repeated, and finishes what an interrupted run began."""

    help = "建立或更新演示数据库，并载入演示基金。可重复执行。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer an empty fund, and a place for the list of logins."""
        parser.add_argument("--empty", action="store_true", help="只建立数据库，不载入演示基金")
        parser.add_argument("--logins", type=Path, help="把演示账号写入此文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate and grant as the owner; load with no more rights than the served product has."""
        require_own_schema()
        require_own_story()
        report_progress(Progress(phase="正在更新数据库结构"))
        self.stdout.write("正在更新数据库结构……")
        self.stdout.flush()
        call_command("migrate", interactive=False, verbosity=0)
        grant_app_role(APP_ROLE, use=Use.WEB)
        grant_app_role(JOBS_ROLE, use=Use.JOBS)
        if not options["empty"]:
            self._load(options)
        report_progress(Progress(phase="准备完成", is_ready=True))

    def _load(self, options: dict[str, Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APP_ROLE}")
        call_command("load_demo_fund", hands=HANDS)
        if options["logins"]:
            with options["logins"].open("w", encoding="utf-8") as target:
                call_command("show_demo_logins", stdout=target)
