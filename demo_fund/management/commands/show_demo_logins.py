"""Print the logins of the demo."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils.timezone import localdate

from demo_fund.cast import PASSWORD, WITH_SECOND_FACTOR, second_factor_secret, visitor_logins
from demo_fund.programs import program_logins
from demo_fund.promises import PROMISES


class Command(BaseCommand):
    """``manage.py show_demo_logins``: who can log in to the demo, and what each is good for."""

    help = "列出演示账号。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per login, of persons and of programs."""
        if settings.IS_PRODUCTION:
            raise CommandError("正式环境没有演示账号。")
        rows = visitor_logins()
        if rows:
            self.stdout.write(f"演示账号(密码均为 {PASSWORD})：")
        for username, party, hint in rows:
            self.stdout.write(f"  {username:<12}{party}  {hint}")
        secret = second_factor_secret()
        if secret:
            self.stdout.write(
                f"{WITH_SECOND_FACTOR} 已启用二次验证：在手机的验证器应用中手工输入密钥 {secret}，登录时填写应用显示的六位数字。"
            )
        kept = [promise.sentence for promise in PROMISES if promise.holds(localdate())] if rows else []
        if kept:
            self.stdout.write("可以看到：" + "；".join(kept) + "。")
        programs = program_logins()
        if programs:
            self.stdout.write("接口程序（客户端编号  密钥），接口说明见 /api/v1/docs/，《银行接口指南》见 /help/bank-api/：")
        for party, client_id, secret in programs:
            self.stdout.write(f"  {client_id:<16}{secret:<32}{party}")
