"""``manage.py verify_audit``: hold every sealed event against its seal."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from audit.models import Event, Seal
from audit.rules import Batch, damages
from audit.verification import exported_batches, stored_batches, stored_damages

_SHOWN = 50


class Command(BaseCommand):
    """Ends with code 1 when anything differs from what was sealed; prints the last seal, which is worth keeping elsewhere."""

    help = "核对审计日志与封存链：改动、删除或插入任何一条都会报出，并以退出码1结束。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an export to check instead of the database, and a seal kept elsewhere."""
        parser.add_argument("--from", dest="source", help="核对 export_audit 导出的文件，而不是数据库")
        parser.add_argument("--anchor", help="另行抄存的封存号，形如 12:摘要；核对它仍在链中")

    def handle(self, *args: Any, source: str | None, anchor: str | None, **options: Any) -> None:
        """Check, print, and fail on damage."""
        seen: dict[int, str] = {}
        if source:
            with Path(source).open(encoding="utf-8") as lines:
                found = list(damages(_watched(exported_batches(lines), seen, total=None)))
        else:
            found = list(stored_damages(_watched(stored_batches(), seen, total=Seal.objects.count())))
        sentences = [damage.sentence for damage in found] + _against(anchor, seen)
        for sentence in sentences[:_SHOWN]:
            self.stderr.write(sentence)
        if sentences:
            raise CommandError(f"审计日志与封存不一致，共{len(sentences)}处。", returncode=1)
        last = max(seen, default=0)
        self.stdout.write(f"审计日志完好：核对{len(seen)}批封存。" + (f"最后一批 {last}:{seen[last]}" if last else ""))
        if not source:
            self.stdout.write(f"尚未封存的事件：{Event.objects.filter(seal__isnull=True).count()}条。")


def _watched(batches: Iterator[Batch], seen: dict[int, str], *, total: int | None) -> Iterator[Batch]:
    """Pass the links on, remembering their digests, with a progress bar on a terminal."""
    for batch in tqdm(batches, total=total, unit="批", disable=None):
        seen[batch.number] = batch.digest
        yield batch


def _against(anchor: str | None, seen: dict[int, str]) -> list[str]:
    """Return what is wrong with the seal kept elsewhere."""
    if anchor is None:
        return []
    number, _, digest = anchor.partition(":")
    if not number.isdigit():
        raise CommandError("--anchor 的格式应为 封存号:摘要，例如 12:3fa9…")
    return [] if seen.get(int(number)) == digest else [f"另行抄存的第{number}批封存与现有记录不符，封存链被改写或截断。"]
