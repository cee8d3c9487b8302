"""Behind a pool in transaction mode, where two of our statements may meet two servers: everything that needs a session would break."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import psycopg2
import pytest
from django.db import connection, connections
from django.test import Client

from ledger.verification import verify
from quanzhou_fund.embedded.binaries import unprivileged_account
from quanzhou_fund.embedded.postgres import free_port
from quanzhou_fund.embedded.processes import wait_until
from tests.admin.world import World
from tests.api.bank import make_stage

POOL = 2  # connections to the server, fewer than those who ask
ASKING = 6

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="pgbouncer is not installed (Debian: apt install pgbouncer)"),
]


@pytest.fixture
def pool(transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Django's connection leads through a pool of two in transaction mode."""
    given, port, account = dict(connection.settings_dict), free_port(), unprivileged_account()
    folder = Path("/tmp") / f"fund-pgbouncer-{os.getpid()}"  # a place the unprivileged account may enter
    folder.mkdir(mode=0o755, exist_ok=True)
    server = f"host={given['HOST']} port={given['PORT']} user={given['USER']} password={given['PASSWORD']} dbname={given['NAME']}"
    lines = (
        f"[databases]\nfund = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
    )
    config = folder / "pgbouncer.ini"
    config.touch(mode=0o600)
    config.write_text(lines + f"pool_mode = transaction\ndefault_pool_size = {POOL}\nmax_client_conn = 100\n", encoding="ascii")
    if account:
        shutil.chown(config, account.uid, account.gid)
    as_whom = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    child = subprocess.Popen(["pgbouncer", "-q", str(config)], cwd="/", stderr=subprocess.DEVNULL, **as_whom)
    try:
        assert wait_until(lambda: _answers(port), seconds=20)
        connection.close()
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": port, "NAME": "fund", "DISABLE_SERVER_SIDE_CURSORS": True}
        yield
    finally:
        connections.close_all()
        connection.settings_dict |= {name: given[name] for name in ("HOST", "PORT", "NAME", "DISABLE_SERVER_SIDE_CURSORS")}
        child.terminate()
        child.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        psycopg2.connect(host="127.0.0.1", port=port, user="x", dbname="fund").close()
    except psycopg2.OperationalError:
        return False
    return True


def test_the_roles_limits_hold_behind_the_pool(pool: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('join_collapse_limit'), current_setting('lock_timeout'), current_setting('TimeZone')")
        assert cursor.fetchone() == ("6", "30s", "UTC")


def test_a_bank_goes_from_draft_to_drawdown_while_others_read(pool: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    stage, traveller = make_stage()
    stage.bank.client.requests_per_minute = 10**6
    stage.bank.client.save()
    statuses: list[int] = []

    def read() -> None:
        for _ in range(10):
            for address in ("loans/", "applications/", "events/", "me/"):
                statuses.append(Client().get(f"/api/v1/{address}", headers=stage.bank.headers).status_code)
        connections.close_all()

    readers = [threading.Thread(target=read) for _ in range(ASKING)]
    for reader in readers:
        reader.start()
    loan = stage.signed()
    stage.bank.post(f"loans/{loan['id']}/drawdowns/", stage.movement(), status=201)
    for reader in readers:
        reader.join()
    traveller.stop()
    assert len(statuses) == ASKING * 40
    assert set(statuses) == {200}


def test_the_back_office_lists_exports_and_balances(pool: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = World()
    world.paid()
    browser = Client()
    browser.force_login(world.desk.industry.user, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/admin/loans/loan/").status_code == 200
    book = openpyxl.load_workbook(BytesIO(browser.get("/admin/loans/loan/export/").content), read_only=True)
    assert book.active.max_row > 1
    assert list(verify()) == []
