"""Refusals, simulator and conformance name only steps that there are; handbooks are held by ``tests/handbook``."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib import admin
from django.urls import Resolver404, resolve

from common.admin.extension_points import EXTENSION_POINTS
from common.errors import DomainError
from quanzhou_fund.settings import BASE_DIR
from quanzhou_fund.state_diagrams import DIAGRAMS

BY_JOBS = {"到期"}  # a checker of the lead may, but only the job does: no button
SIMULATOR = sorted((BASE_DIR / "simulator").rglob("*.py"))
ADDRESS = re.compile(r"[\"'](?P<path>(?:[a-z-]+/)(?:\{[^{}]*\}/)?(?:[a-z-]+/|\{name\}/)?)[\"']")
STEP = re.compile(r"\.step\([^,()]+(?:\(\))?, \"(?P<name>[a-z-]+)\"")


def buttons() -> set[str]:
    """Return the Chinese names of everything that can be done on screen."""
    pages = [getattr(page, kind, ()) or () for page in admin.site._registry.values() for kind in ("steps", "new_steps", "bulk_steps")]
    return {step.label for steps in (*pages, *EXTENSION_POINTS.steps.values()) for step in steps}


def test_every_step_people_take_has_a_button_of_its_name() -> None:
    taken = {row.label for one in DIAGRAMS for row in one.table if row.is_taken}
    assert taken - buttons() == BY_JOBS


def kinds(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for below in kind.__subclasses__():
        yield below
        yield from kinds(below)


def test_refusals_send_people_to_steps_there_are() -> None:
    named = {word for kind in kinds() for word in re.findall(r"办理“([^{”]+)”", kind.sentence)}
    assert named
    assert named <= buttons()


def addresses() -> Iterator[tuple[Path, str]]:
    """Yield every address the simulator writes out whole, with an identifier where it puts one in."""
    for path in SIMULATOR:
        for found in ADDRESS.finditer(path.read_text(encoding="utf-8")):
            if "{name}" not in found["path"]:
                yield path, re.sub(r"\{[^{}]*\}", str(UUID(int=0)), found["path"])


def test_the_simulator_calls_only_addresses_there_are() -> None:
    lost = []
    for path, address in addresses():
        try:
            resolve(f"/api/v1/{address}")
        except Resolver404:
            lost.append(f"{path.name}: {address}")
    assert len(list(addresses())) > 40
    assert not lost


@pytest.mark.parametrize("path", SIMULATOR, ids=lambda path: path.stem)
def test_the_simulator_takes_only_steps_there_are(path: Path) -> None:
    doors = {row.name.replace("_", "-") for one in DIAGRAMS for row in one.table if row.endpoint}
    assert {found["name"] for found in STEP.finditer(path.read_text(encoding="utf-8"))} <= doors
