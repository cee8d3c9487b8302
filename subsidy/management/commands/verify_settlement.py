"""Export a settlement and recompute it from the export alone."""

import csv
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from subsidy import verify
from subsidy.models import Settlement
from subsidy.selectors.export import export_rows


class Command(BaseCommand):
    """Write everything a settlement was computed from to a CSV file, recompute it from that file, and end with 1 on any difference."""

    help = "导出一次贴息结算的全部依据，并仅凭该文件独立复算；有一分钱不一致即以 1 退出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("settlement", help="结算标识（public_id）")
        parser.add_argument("--csv", required=True, metavar="FILE", help="导出文件")

    def handle(self, *args: Any, **options: Any) -> None:
        settlement = _settlement(options["settlement"])
        with open(options["csv"], "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(export_rows(settlement))
        if verify.main(options["csv"]):
            sys.exit(1)


def _settlement(public_id: str) -> Settlement:
    try:
        return Settlement.objects.select_related("bank", "current__follows").get(public_id=public_id)
    except (Settlement.DoesNotExist, ValidationError) as problem:
        raise CommandError(f"没有标识为 {public_id} 的结算。") from problem
