"""
Databases to measure in: one with the migrations, and copies of it that are filled and thrown away.

A killed run leaves a copy behind; the next run of the topic drops it. Needs the owner's rights, as the embedded server gives them.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks.measure import say
from quanzhou_fund.app_role import PLANNER

PREFIX = "bench_"
BASE = PREFIX + "base_"


def base_database() -> str:
    """Return the name of a database with the migrations as they are now, made where it is missing; older ones are dropped."""
    name = BASE + _fingerprint()
    if name in _existing():
        return name
    for old in _existing():
        if old.startswith(PREFIX):
            _statement(f'DROP DATABASE "{old}" WITH (FORCE)')
    say("migrating the base database")
    unfinished = PREFIX + "unfinished"
    _statement(f'CREATE DATABASE "{unfinished}"')
    with using(unfinished):
        call_command("migrate", verbosity=0)
    _statement(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


@contextmanager
def scratch(topic: str) -> Iterator[str]:
    """Make an empty copy of the base database for a topic, make it Django's, and drop it in the end."""
    base, name = base_database(), PREFIX + topic
    for setting, value in PLANNER.items():  # as the served product's roles have it
        _statement(f"ALTER ROLE CURRENT_USER SET {setting} = {value}")
    _statement(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _statement(f'CREATE DATABASE "{name}" TEMPLATE "{base}"')
    try:
        with using(name):
            yield name
    finally:
        _statement(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let Django's connection lead to a database of this server."""
    before = connection.settings_dict["NAME"]
    use(name)
    try:
        yield
    finally:
        use(before)


def use(name: str) -> None:
    """Turn Django's connection to a database of this server, for good."""
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name


def settle() -> None:
    """Have the server write out what it holds back and count its rows, so that neither falls into what is measured."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def checkpoint() -> None:
    """Have the server write out what it holds back."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


@contextmanager
def triggers_at_rest() -> Iterator[None]:
    """Write in this session without triggers and foreign-key checks; for loading, and for taking back what was measured."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = origin")


def _existing() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return [name for (name,) in cursor.fetchall()]


def _statement(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _fingerprint() -> str:
    """Return what changes with any migration or installed app."""
    digest = hashlib.sha256(repr(settings.INSTALLED_APPS).encode())
    root = Path(settings.BASE_DIR)
    for path in sorted([*root.glob("*/migrations/*.py"), *root.glob("*/seeds/*.*")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
