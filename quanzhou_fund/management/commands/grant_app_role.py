"""Give the application's database role its rights, after each migration."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from common.errors import DomainError
from quanzhou_fund.app_role import Use, grant_app_role


class Command(BaseCommand):
    """``manage.py grant_app_role fund_app --jobs fund_jobs``, run as the owner of the tables."""

    help = (
        "为应用角色授权：台账、资金流水和审计记录只能查询和新增，其余表可以增删改查。"
        "并设定两个角色各自的语句、等锁和事务时限。每次迁移后由所有者角色运行。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the role."""
        parser.add_argument("role", help="网页服务连接数据库所用的角色")
        parser.add_argument("--jobs", help="后台任务连接数据库所用的角色：权限相同，时限较长")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant and say what was granted."""
        roles = {Use.WEB: options["role"], Use.JOBS: options["jobs"]}
        try:
            (granted, *_) = [grant_app_role(role, use=use) for use, role in roles.items() if role]
        except DomainError as problem:
            raise CommandError(problem.message) from problem
        for rights, tables in granted.items():
            self.stdout.write(f"{rights}：{len(tables)} 张表（{'、'.join(tables)}）")
