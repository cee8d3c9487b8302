"""A full disk, and connections that are all taken: a sentence, nothing half done, and on it goes when there is room again."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from common.outages import ConnectionsUsedUp, StorageFull, outage_of
from documents.models import Document
from parties.models import User
from quanzhou_fund.embedded import Servers
from tests.admin.test_steps import PDF
from tests.admin.world import World

MEGABYTE = 1024**2


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], Path]]:
    """Return what mounts a file system of so many megabytes."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> Path:
        where = Path(tempfile.mkdtemp(prefix="small-disk-"))
        where.chmod(0o755)  # the account of the database passes through
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", where], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip() or 'mount failed'}")
        mounted.append(where)
        return where

    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    yield mount
    for where in mounted:
        subprocess.run(["umount", "-l", where], check=False)
        where.rmdir()


def test_a_full_disk_of_the_database(small_disk: Callable[[int], Path]) -> None:
    home = small_disk(200)
    servers = Servers(home)
    assert servers.postgres.data.is_relative_to(home)
    filler = home / "filler"
    filler.write_bytes(b"x" * 30 * MEGABYTE)  # what the operator takes away
    with servers:
        line = psycopg2.connect(servers.environment["DATABASE_URL"])
        line.autocommit = True
        with line.cursor() as cursor:
            cursor.execute("CREATE TABLE heap (text text); CREATE TABLE booked (n int); ALTER TABLE heap ALTER text SET STORAGE EXTERNAL")
            with pytest.raises(psycopg2.OperationalError) as full:
                _fill(cursor)
        error = OperationalError(str(full.value))
        error.__cause__ = full.value
        assert isinstance(outage_of(error), StorageFull)
        line.close()
        filler.unlink()
        again = psycopg2.connect(servers.environment["DATABASE_URL"])
        again.autocommit = True
        with again.cursor() as cursor:
            cursor.execute("INSERT INTO booked SELECT generate_series(1, 1000)")
            cursor.execute("SELECT count(*) FROM booked")
            assert cursor.fetchone() == (1000,)
        again.close()


def _fill(cursor: Any) -> None:
    for _ in range(100):
        cursor.execute("INSERT INTO heap SELECT repeat(md5(random()::text), 32000) FROM generate_series(1, 8)")


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_of_the_papers(small_disk: Callable[[int], Path], settings: Any) -> None:
    """The upload is refused in a sentence, leaves neither row nor file, and goes through once there is room."""
    world, browser = World(), Client()
    entry = world.listed.entry
    browser.force_login(world.desk.county.user, backend="django.contrib.auth.backends.ModelBackend")
    settings.MEDIA_ROOT = small_disk(2)
    before, filler = Document.objects.count(), settings.MEDIA_ROOT / "filler"
    filler.write_bytes(b"x" * (2 * MEGABYTE - 64 * 1024))
    answer = _upload(browser, entry)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert StorageFull().message in answer.content.decode()
    assert Document.objects.count() == before
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == [filler]
    filler.unlink()
    assert _upload(browser, entry).status_code == 302
    assert Document.objects.count() == before + 1


def _upload(browser: Client, entry: Any) -> Any:
    given = {"kind": "白名单申请表", "file": SimpleUploadedFile("材料.pdf", PDF + b" " * MEGABYTE)}
    return browser.post(f"/admin/documents/document/attach/whitelist.entry/{entry.public_id}/", given)


@pytest.mark.django_db(transaction=True)
def test_all_connections_taken() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        most = int(cursor.fetchone()[0])
    address = {name: value for name, value in connection.get_connection_params().items() if name != "cursor_factory"}
    connection.close()
    taken: list[Any] = []
    try:
        with pytest.raises(psycopg2.OperationalError):
            taken.extend(psycopg2.connect(**address) for _ in range(most + 1))
        answer = Client(raise_request_exception=False).post("/admin/login/", {"username": "lin", "password": "x"})
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert ConnectionsUsedUp().message in answer.content.decode()
    finally:
        for line in taken:
            line.close()
    connections["default"].close()
    with transaction.atomic():
        User.objects.create(username="again")
    assert Client().get("/readyz").status_code == 200
