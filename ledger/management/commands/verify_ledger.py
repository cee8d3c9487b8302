"""Recompute everything from the cases and hold the books against it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from ledger.models import Entry
from ledger.verification import verify


class Command(BaseCommand):
    help = "按业务记录重新计算并核对全部账目；有不符时逐条列出并以非零状态退出。"

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is wrong, or how many entries agree; all of it sees one moment."""
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        problems = 0
        for problem in verify():
            problems += 1
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"账目核对未通过，共 {problems} 处不符。")
        self.stdout.write(f"账目核对通过，共 {Entry.objects.count()} 张凭证。")
