"""The sealed log survives a dump and a restore into another cluster, whose transaction numbers begin again."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection

from audit import sealing
from audit.models import Event
from quanzhou_fund.embedded.binaries import postgres_bin
from quanzhou_fund.embedded.postgres import Postgres
from tests.audit.test_sealing import write

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
ON_THE_COPY = """
from datetime import UTC, datetime
from django.core.management import call_command
from django.db import connection
from audit.models import Event, SealedEvent
from audit.sealing import seal_events
from audit.services import record
from parties.models import District
from parties.selectors import system_member

at = datetime(2024, 3, 2, tzinfo=UTC)
for number in range(3):
    record(verb=f"copy.{number}", obj=District.objects.first(), actor=system_member(), occurred_at=at)
assert Event.objects.latest("id").transaction < Event.objects.earliest("id").transaction, "numbers begin again"
print(seal_events(at=at), seal_events(at=at), SealedEvent.objects.count())
call_command("verify_audit")
"""


@pytest.fixture
def copy():
    """Another cluster, empty."""
    home = settings.BASE_DIR / "var" / "test" / f"restore-{os.getpid()}"
    cluster = Postgres(home, durable=False)
    yield cluster.start()
    cluster.destroy()
    for path in sorted(home.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    home.rmdir()


def burn_transactions(count):
    """Move this cluster's counter on, so that its numbers are ahead of a fresh one's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE PROCEDURE burn(times int) LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..times LOOP"
            " PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
        )
        cursor.execute("CALL burn(%s)", [count])
        cursor.execute("DROP PROCEDURE burn")


def test_the_chain_goes_on_in_another_cluster(copy, tmp_path):
    burn_transactions(20_000)
    write(3)
    assert sealing.seal_events(at=AT) == 3
    write(2)  # written, not yet sealed when the dump is taken

    programs = postgres_bin(None)
    here = connection.settings_dict
    source = f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{here['NAME']}"
    subprocess.run([programs / "pg_dump", source, "--exclude-schema=seed", "-f", tmp_path / "dump.sql"], check=True)
    subprocess.run(
        [programs / "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", copy, "-f", tmp_path / "dump.sql"], check=True, stdout=subprocess.DEVNULL
    )

    environment = os.environ | {"DATABASE_URL": copy, "FUND_ENV": "demo", "DJANGO_SETTINGS_MODULE": "quanzhou_fund.settings"}
    script = f"import django; django.setup()\n{ON_THE_COPY}"
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[0] == "5 0 8"
    assert "审计日志完好：核对2批封存" in ran.stdout
    assert Event.objects.count() == 5
