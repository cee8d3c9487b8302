"""Every command of docs/bank-api.md, run in order by a shell against a served fund."""

import os
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
import time_machine

from common.enums import Mode
from loans.models import Loan
from simulator.run import Run
from subsidy.services.drafts import draft_settlement
from tests.factories import MemberFactory
from tests.loan_factories import noon
from tests.loans.conftest import Scene

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bank-api.md"
TURN = "<!-- the quarter ends -->"
NEXT_QUARTER = date(2024, 9, 23)
KEEP = "\ndeclare -p TOKEN LOAN > state.sh\n"

pytestmark = pytest.mark.django_db(transaction=True)


def script(part: str) -> str:
    """Return the commands of a part of the page."""
    return "\n".join(re.findall(r"^```bash\n(.*?)^```", part, flags=re.DOTALL | re.MULTILINE))


def run_script(commands: str, folder: Path, environment: dict[str, str]) -> str:
    """Run commands in one shell that stops at the first that fails, and return what they said."""
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-1000:]}"
    return ran.stdout


def test_every_command_of_the_page_works(fund: tuple[Scene, str], run: Run, tmp_path: Path) -> None:
    scene, address = fund
    page = PAGE.read_text(encoding="utf-8")
    before, turn, after = page.partition(TURN)
    assert turn
    assert (script(before) + script(after)).count("write_ ") > 20
    environment = {"BASE": f"{address}/api/v1", "CLIENT_ID": run.line.client_id, "CLIENT_SECRET": run.line.secret, "NO_PROXY": "*"}
    run_script(script(before) + KEEP, tmp_path, environment)
    loan = Loan.objects.get(contract_number="HT-0001")
    assert (loan.performing, loan.overdue) == (2000000, 0)
    with time_machine.travel(noon(NEXT_QUARTER), tick=True):
        clerk = MemberFactory.serving("city_industry")
        settled = draft_settlement(bank=scene.bank, mode=Mode.SPECIAL, year=2024, quarter=3, actor=clerk, at=noon(NEXT_QUARTER))
        helpers = "\n".join(line for line in script(before).splitlines() if re.match(r"(field|key|read_|write_)\(\)", line))
        run_script(f"{helpers}\n. ./state.sh\n{script(after)}", tmp_path, environment)
    settled.refresh_from_db()
    assert settled.state == "confirmed"
