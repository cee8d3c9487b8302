"""``manage.py unlock_login NAME``: open a login that failed too often, before its time."""

from argparse import ArgumentParser
from getpass import getuser
from typing import Any

from axes.utils import reset
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from audit.services import AtTheServer, record
from logins.services.refusals import hidden
from parties.models import User


class Command(BaseCommand):
    """Failures are kept under a keyed hash of the name, so that django-axes' own command does not find them."""

    help = "解除登录锁定，写入审计日志。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the login's name."""
        parser.add_argument("username", help="登录名")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        """Open it, as an event of the log."""
        user = User.objects.named(username).first()
        if user is None:
            raise CommandError(f"没有登录名为“{username}”的账号。")
        reset(username=hidden(username))
        record(verb="login.unlocked", obj=user, actor=AtTheServer(name=getuser()[:60]), occurred_at=now())
        self.stdout.write(f"“{username}”的登录锁定已解除。")
