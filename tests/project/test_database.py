"""The ground under all tests: the database is PostgreSQL 18, and a test that commits leaves no trace and loses no seed."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection

from parties.models import District


@pytest.mark.django_db
def test_the_database_is_the_version_that_production_runs() -> None:
    assert connection.pg_version // 10000 == 18


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_that_commits_starts_from_what_migrations_wrote(turn: str) -> None:
    assert ContentType.objects.filter(app_label="parties", model="district").exists()
    assert not District.objects.filter(code="999999").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        assert cursor.fetchone()[0] > 10
    District.objects.create(code="999999", name="测试区", kind="county")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_cache_is_empty_at_the_start_of_each_test(turn: str) -> None:
    assert cache.get("seen") is None
    cache.set("seen", True)
