"""The hall, and a place of its own for uploaded files."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.api.risk.hall import Hall, make_hall
from tests.risk.scene import NOW


@pytest.fixture
def hall(db: None, settings: Any, tmp_path: Any) -> Iterator[Hall]:
    """Return programs of risk, on 10 March 2025."""
    settings.MEDIA_ROOT = tmp_path
    traveller = time_machine.travel(NOW, tick=False)
    clock = traveller.start()
    yield make_hall(clock)
    traveller.stop()
