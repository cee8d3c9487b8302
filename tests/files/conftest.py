"""Every file here is read without a process of its own."""

import pytest

from tables import reading
from tests.files.made import read_here


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_in_child", read_here)
