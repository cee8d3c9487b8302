"""Compile locale/*/LC_MESSAGES/*.po to .mo, which the repository holds because a fresh machine may lack gettext."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def main() -> int:
    """Compile every catalogue."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as text, source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(text, locale="zh_Hans"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
