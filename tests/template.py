"""
A cluster with a migrated database, made once for each state of the migrations and copied for every test process.

Running all migrations takes Django longer than most test files; what they wrote does not change while they do not.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from quanzhou_fund.embedded import CannotStart, Servers
from quanzhou_fund.embedded.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "test-template"
DATABASE = "migrated"
KEPT = 3
IMPORTED = re.compile(r"^(?:from ([\w.]+) import ([\w, ]+)|import ([\w.]+))", re.MULTILINE)


def copy_into(servers: Servers) -> None:
    """
    Give new servers a copy of the migrated cluster, made now if the migrations changed.

    Raises:
        CannotStart: the migrations fail.
    """
    with _locked():
        template = Servers(HOME / fingerprint(), durable=False)
        if not (template.home / "complete").exists():
            _make(template)
        _copy(template.postgres, servers.postgres)
        os.utime(template.home)
        _forget_old_ones()


def fingerprint() -> str:
    """Return a hash of everything that the migrated database depends on."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    modules = {path for migration in migrations for path in _modules_imported_by(migration)}
    for path in sorted({*migrations, *modules, *ROOT.glob("*/seeds/**/*.json"), *ROOT.glob("*/models.py"), *ROOT.glob("*/models/*.py")}):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _modules_imported_by(migration: Path) -> Iterator[Path]:
    for package, names, module in IMPORTED.findall(migration.read_text(encoding="utf-8")):
        base = (package or module).replace(".", "/")
        for place in (base, *(f"{base}/{name.strip()}" for name in names.split(","))):
            yield from (path for path in (ROOT / f"{place}.py", ROOT / place / "__init__.py") if path.is_file())


def _make(template: Servers) -> None:
    template.destroy()
    with template:
        url = template.environment["DATABASE_URL"]
        connection = psycopg2.connect(url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
        connection.close()
        environment = os.environ | template.environment | {"DATABASE_URL": f"{url.rpartition('/')[0]}/{DATABASE}", "FUND_ENV": "demo"}
        environment["DJANGO_SETTINGS_MODULE"] = "quanzhou_fund.settings"
        done = subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            raise CannotStart("测试数据库没有建成：数据库迁移失败，原因见上面的输出。")
    (template.home / "complete").touch()


def _copy(source: Postgres, target: Postgres) -> None:
    target.data.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(source.data), str(target.data)], check=True)
    target.secret.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source.secret, target.secret)


def _forget_old_ones() -> None:
    folders = sorted((path for path in HOME.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for folder in folders[:-KEPT]:
        Servers(folder, durable=False).destroy()


@contextmanager
def _locked() -> Iterator[None]:
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
