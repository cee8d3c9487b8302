"""Files as another maker writes them: LibreOffice, where it is installed (``.ci/run`` installs it)."""

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
PATIENCE_SECONDS = 120
FILTERS = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "xls": "xls:MS Excel 97", "ods": "ods:calc8"}  # the others by their ending


def written_by_office(source: Path, ending: str, *, profile: Path) -> bytes:
    """Return a file of text or rows (csv, UTF-8) as LibreOffice saves it under another ending."""
    rows = ["--infilter=CSV:44,34,76,1"] if source.suffix == ".csv" else []
    command = [str(SOFFICE), f"-env:UserInstallation=file://{profile}", "--headless", *rows, "--convert-to", FILTERS.get(ending, ending)]
    subprocess.run([*command, "--outdir", source.parent, source], check=True, timeout=PATIENCE_SECONDS, capture_output=True)
    return source.with_suffix(f".{ending}").read_bytes()
