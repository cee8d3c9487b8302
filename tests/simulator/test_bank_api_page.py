"""Every command of the banks' guide, run in order by a shell against a served fund."""

import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.utils.timezone import now

from common.enums import Mode
from loans.enums import MovementKind
from loans.models import Guarantee, Loan
from parties.enums import InstitutionKind
from parties.models import Institution
from risk.claims.services.payments import release_payment
from risk.models import Claim, Recovery, Return
from risk.recoveries.services.records import check_recovery
from simulator.run import Run
from subsidy.services.drafts import draft_settlement
from tests.factories import MemberFactory
from tests.loan_factories import LoanFactory, move, noon
from tests.loans.conftest import Scene

PAGE = Path(__file__).resolve().parents[2] / "docs" / "handbook" / "bank-api.md"
TURN = "<!-- the quarter ends -->"
RELEASE = "<!-- a checker of the guarantee company releases the payment -->"
CHECK = "<!-- a checker of the bank checks the recovery -->"
NEXT_QUARTER = date(2024, 9, 23)
KEEP = "\nfor NAME in TOKEN LOAN GUARANTOR_TOKEN BAD_DEBT CLAIM RECOVERY; do declare -p $NAME || true; done > state.sh 2> /dev/null\n"
HELPER = r"^(?:field|key|read_|write_|as_guarantor)\(\) .*$"

pytestmark = pytest.mark.django_db(transaction=True)


def script(part: str) -> str:
    """Return the commands of a part of the page."""
    return "\n".join(re.findall(r"^```bash\n(.*?)^```", part, flags=re.DOTALL | re.MULTILINE))


def interpreter(folder: Path) -> str:
    """Return a path of commands whose ``python3`` is the interpreter itself, since the page starts it a hundred times."""
    (folder / "bin").mkdir()
    (folder / "bin" / "python3").symlink_to(Path(getattr(sys, "_base_executable", sys.executable)).resolve())
    return f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"


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
    before, quarter_ends, after = page.partition(TURN)
    until_paid, released, rest = after.partition(RELEASE)
    until_recovered, checked, after_recovery = rest.partition(CHECK)
    assert all((quarter_ends, released, checked))
    assert script(page).count("write_ ") > 30
    guarantor, guarantee_company = run.guarantee_company, Institution.objects.get(kind=InstitutionKind.GUARANTOR)
    environment = {
        "BASE": f"{address}/api/v1",
        "CLIENT_ID": run.line.client_id,
        "CLIENT_SECRET": run.line.secret,
        "GUARANTOR_ID": guarantor.client_id,
        "GUARANTOR_SECRET": guarantor.secret,
        "HOOKS": "http://127.0.0.1:9000/fund",
        "NO_PROXY": "*",
        "PATH": interpreter(tmp_path),
    }
    run_script(script(before) + KEEP, tmp_path, environment)
    loan = Loan.objects.get(contract_number="HT-0001")
    assert (loan.performing, loan.overdue) == (2000000, 0)
    overdue_loan(scene, guarantee_company)
    with time_machine.travel(noon(NEXT_QUARTER), tick=True):
        clerk = MemberFactory.serving("city_industry")
        settled = draft_settlement(bank=scene.bank, mode=Mode.SPECIAL, year=2024, quarter=3, actor=clerk, at=noon(NEXT_QUARTER))
        go_on = "\n".join([*re.findall(HELPER, script(page), flags=re.MULTILINE), ". ./state.sh", ""])
        run_script(go_on + script(until_paid) + KEEP, tmp_path, environment)
        releases = MemberFactory(institution=guarantee_company, checker=True)
        release_payment(claim_id=Claim.objects.get().public_id, actor=releases, at=now())
        run_script(go_on + script(until_recovered) + KEEP, tmp_path, environment)
        check_recovery(recovery_id=Recovery.objects.get().public_id, actor=scene.checker, at=now())
        run_script(go_on + script(after_recovery), tmp_path, environment)
    settled.refresh_from_db()
    assert settled.state == "confirmed"
    assert Return.objects.get().voucher == "TH-0001"


def overdue_loan(scene: Scene, guarantor: Institution) -> None:
    """Give the bank an unsecured R&D loan whose principal fell overdue, beside business that never goes bad; the quarter is over."""
    LoanFactory(application__bank=scene.bank, drawn_on=date(2024, 9, 21))
    loan = LoanFactory(rd=True, application__bank=scene.bank, application__entry=scene.rd_entry)
    given = {"fee_rate": Decimal("0.005"), "is_batch_scheme": True, "recorded_on": loan.signed_on, "recorded_by": scene.handler}
    Guarantee.objects.create(loan=loan, guarantor=guarantor, number="DB-9001", **given)
    move(loan, MovementKind.DRAWDOWN, "500000.00", date(2024, 9, 21))
    move(loan, MovementKind.OVERDUE, "500000.00", date(2024, 9, 22))
