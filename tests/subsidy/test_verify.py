"""The export and the recomputation from it alone."""

import csv
import random
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.enums import Mode
from parties.models import Institution
from subsidy import verify
from subsidy.models import Settlement
from tests.factories import InstitutionFactory, MemberFactory, seeded_district
from tests.subsidy.factories import People, drafted, filed, make_loan, move, noon, set_stop, triggers_at_rest
from tests.subsidy.test_computation import _random_loans

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settlement.csv"


def verified(settlement: Settlement, path: Path) -> bool:
    """Export and recompute; a difference ends the command with 1, which fails the test."""
    call_command("verify_settlement", str(settlement.public_id), csv=str(path))
    return True


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("mode", list(Mode))
def test_four_quarters_with_late_entries_agree_to_the_cent(bank: Institution, people: People, mode: Mode, path: Path) -> None:
    trustee = MemberFactory(institution=InstitutionFactory(fund_manager=True)) if mode == Mode.TRUST else None
    chance = random.Random(7)
    loans = _random_loans(bank, mode, chance)
    quarters = [(2024, 1, noon(2024, 4, 1)), (2024, 2, noon(2024, 7, 1)), (2024, 3, noon(2024, 10, 1)), (2024, 4, noon(2025, 1, 5))]
    settlements = []
    for year, quarter, at in quarters:
        settlement = drafted(bank, people, year=year, quarter=quarter, at=at, mode=mode)
        assert verified(settlement, path)
        settlements.append(filed(settlement, people, at=at, claimant=trustee))
        for loan in chance.sample(loans, 10):
            first = loan.movements.order_by("value_on").values_list("value_on", flat=True)[0]
            move(loan, [(first, "1000.01")])
        late = chance.choice(loans)
        set_stop(late, None if late.subsidy_stopped_on else late.earns_until)
    assert settlements[-1].current.adjustment_count > 10  # type: ignore[union-attr]
    for settlement in settlements:
        assert verified(settlement, path), "an old settlement is still the same"


def test_one_cent_is_found_by_the_program_alone(draft: Settlement, path: Path, capsys: Any) -> None:
    assert verified(draft, path)
    script = str(Path(verify.__file__))
    alone = subprocess.run([sys.executable, "-I", script, str(path)], capture_output=True, text=True, check=False)
    assert (alone.returncode, alone.stderr) == (0, "")
    rows = rows_of(path)
    for n, row in enumerate(rows):
        if row[0] not in ("line", "share", "total", "movement"):
            continue
        changed = [list(other) for other in rows]
        changed[n][-1] = f"{float(row[-1]) + 0.01:.6f}" if row[0] != "movement" else f"{float(row[-1]) + 100:.2f}"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(changed)
        assert verify.main(str(path)) == 1, row
    assert "复算" in capsys.readouterr().out


def test_the_command_ends_with_1_on_a_difference(draft: Settlement, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "half_up", lambda exact: Decimal("1.00"))
    with pytest.raises(SystemExit) as end:
        verified(draft, path)
    assert end.value.code == 1


@pytest.mark.parametrize("kind", ["line", "movement"])
def test_a_missing_row_is_found(draft: Settlement, path: Path, kind: str) -> None:
    assert verified(draft, path)
    rows = [row for row in rows_of(path) if row[0] != kind]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert verify.main(str(path)) == 1


def test_an_unknown_settlement_is_said_in_a_sentence(path: Path) -> None:
    for unknown in ("x", "6e2f0d3e-0000-4000-8000-000000000001"):
        with pytest.raises(CommandError, match="没有标识为"):
            call_command("verify_settlement", unknown, csv=str(path))


def test_it_shares_no_code_with_the_product() -> None:
    imported = [
        line.split()[1].split(".")[0] for line in Path(verify.__file__).read_text().splitlines() if line.startswith(("import ", "from "))
    ]
    assert set(imported) <= set(sys.stdlib_module_names)


def test_carried_sums_are_part_of_it(bank: Institution, people: People, path: Path) -> None:
    lost = make_loan(bank, district="石狮市")
    filed(drafted(bank, people, year=2024, quarter=1, at=noon(2024, 4, 1)), people, at=noon(2024, 4, 1))
    for loan_on in (lost,):
        move(loan_on, [(loan_on.first_drawdown_on, "-10000000")])  # type: ignore[list-item]
    second = filed(drafted(bank, people, year=2024, quarter=2, at=noon(2024, 7, 1)), people, at=noon(2024, 7, 1))
    make_loan(bank, [(second.from_on, "7654321.09")], district="石狮市")
    third = drafted(bank, people, year=2024, quarter=3, at=noon(2024, 10, 1))
    assert third.current.carried_in < 0  # type: ignore[union-attr]
    assert verified(third, path)
    assert any(row[0] == "carried" for row in rows_of(path))


def test_a_loan_that_comes_to_another_county_agrees_too(bank: Institution, people: People, path: Path) -> None:
    loan = make_loan(bank)
    filed(drafted(bank, people, year=2024, quarter=1, at=noon(2024, 4, 1)), people, at=noon(2024, 4, 1))
    with triggers_at_rest():
        type(loan).objects.filter(pk=loan.pk).update(district=seeded_district("石狮市"))
    move(loan, [(date(2024, 2, 1), "1000000")])
    second = drafted(bank, people, year=2024, quarter=2, at=noon(2024, 7, 1))
    assert second.current.adjustment_count == 2  # type: ignore[union-attr]
    assert verified(second, path)
