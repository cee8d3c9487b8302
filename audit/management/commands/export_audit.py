"""``manage.py export_audit FILE``: the sealed log as a file that anyone can check."""

from argparse import ArgumentParser
from getpass import getuser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from audit.models import Seal
from audit.services import AtTheServer, record_export
from audit.verification import write_export


class Command(BaseCommand):
    """One JSON line per seal with its events; ``verify_audit --from FILE`` checks it without a database."""

    help = "导出已封存的审计日志，每批一行JSON，可用 verify_audit --from 核对。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file to write."""
        parser.add_argument("file", help="要写入的文件")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        """Write the file."""
        who = AtTheServer(name=getuser()[:60])
        with Path(file).open("w", encoding="utf-8") as target:
            written = write_export(target)
        record_export(what=Seal, title="审计日志", actor=who, at=now(), rows=written, asked=file, form="jsonl")
        self.stdout.write(f"已导出{written}批。")
