"""Play the whole demo fund as it would be played on other days, each in a database of its own; its promises and its books are checked."""

import os
import shutil
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "story"
LATER = (0, 40, 200, 700)
QUARTERS = (3, 6, 9, 12)


def days(today: date) -> list[date]:
    """Return today, later days, and the next last and first day of a settlement quarter."""
    first = next(day for day in (today + timedelta(days=n) for n in range(1, 100)) if day.day == 21 and day.month in QUARTERS)
    return sorted({*(today + timedelta(days=n) for n in LATER), first, first - timedelta(days=1)})


def play(until: date) -> bool:
    """Play up to a day on fresh servers and return whether every promise held."""
    shutil.rmtree(HOME, ignore_errors=True)
    manage = f"{sys.executable} manage.py"
    steps = f"{manage} migrate --verbosity 0 && {manage} load_demo_fund --hands 2 --until {until}"
    servers = [sys.executable, "-m", "quanzhou_fund.embedded", "--fast", "--home", str(HOME), "--", "sh", "-c", steps]
    return subprocess.run(servers, cwd=ROOT, env=os.environ | {"MEDIA_ROOT": str(HOME / "media")}, check=False).returncode == 0


def main() -> int:
    """Play every day, or those named, and return 1 where one broke a promise."""
    wanted = [date.fromisoformat(text) for text in sys.argv[1:]] or days(datetime.now(ZoneInfo("Asia/Shanghai")).date())
    failed = []
    for until in wanted:
        started = time.monotonic()
        kept = play(until)
        print(f"{until} {'全部兑现' if kept else '没有兑现'} {time.monotonic() - started:.0f} 秒", flush=True)
        failed += [] if kept else [until]
    shutil.rmtree(HOME, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
