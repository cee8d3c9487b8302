"""Every package of the tree has its floor; import-linter checks the floors it is told of, this that it is told of all."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_PART_OF_THE_PRODUCT = {"tests", "benchmarks", "simulator"}


def test_every_package_has_its_floor() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    floors = [name.strip() for floor in told["contracts"][0]["layers"] for name in floor.split("|")]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_PART_OF_THE_PRODUCT
    assert set(floors) == packages
    assert set(told["root_packages"]) == packages | {"simulator"}  # which has a contract of its own
    assert len(floors) == len(set(floors))
