"""The same ground as the suite's: rows of migrations kept, caches forgotten."""

import os

import pytest

from tests.conftest import _empty_cache, _flush_back_to_the_seed, django_db_setup, pytest_unconfigure

__all__ = ["_empty_cache", "_flush_back_to_the_seed", "django_db_setup", "pytest_unconfigure"]


@pytest.fixture
def rounds() -> int:
    """How often each kill is repeated."""
    return int(os.environ.get("ROUNDS", "3"))
