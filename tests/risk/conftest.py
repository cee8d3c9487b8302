"""The scene, and a place of its own for uploaded files."""

from typing import Any

import pytest

from tests.risk.scene import Scene, make_scene


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()
