"""Write the state diagrams of ``docs/states`` from the tables, or check that they are current."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from quanzhou_fund.state_diagrams import DIAGRAMS, FOLDER, text_of


class Command(BaseCommand):
    help = "Write docs/states from the transitions; with --check only say whether they are current."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--check``."""
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a page is not current")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Write or compare every page."""
        texts = {diagram.path: text_of(diagram) for diagram in DIAGRAMS}
        stale = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        if check and stale:
            raise CommandError(f"not current: {', '.join(path.name for path in stale)}; run manage.py state_diagrams")
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path in stale:
            path.write_text(texts[path], encoding="utf-8")
        self.stdout.write(f"{len(stale)} of {len(texts)} written" if not check else "current")
