"""
Hold every migration after the baseline against the rule of upgrades without downtime: ``docs/development.md``.

Usage: ``python scripts/lint_migrations.py``; ``--baseline`` writes today's migrations down as the ones before the rule, which ends with the
first production, ``--schema`` which columns today's version writes, for every release. A database is asked for its words only, so an
embedded one is started where there is something to look at.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanzhou_fund.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402
from django.db.migrations.migration import Migration  # noqa: E402
from django.db.migrations.operations import RunPython  # noqa: E402
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements  # noqa: E402
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser  # noqa: E402

from quanzhou_fund.kept_schema import keep  # noqa: E402
from quanzhou_fund.zero_downtime import findings  # noqa: E402

BASELINE = ROOT / "scripts" / "migration_baseline.txt"
EMBEDDED = [sys.executable, "-m", "quanzhou_fund.embedded", "--home", "var/check", "--fast", "--"]


def own_migrations(loader: MigrationLoader) -> Iterator[tuple[str, str]]:
    """Yield our apps' migrations, by app and name."""
    for app, name in sorted(loader.disk_migrations):
        if (ROOT / app / "migrations" / f"{name}.py").exists():
            yield app, name


def problems_of(migration: Migration) -> list[str]:
    """Return a sentence for each thing a migration may not do; what its ``reviewed`` names with a reason is passed over."""
    loader = MigrationLoader(connection, replace_migrations=False)
    statements = loader.collect_sql([(migration, False)])
    errors, _, warnings = analyse_sql_statements(PostgresqlAnalyser, [line for text in statements for line in text.splitlines()])
    said = {issue.code: issue.message for issue in (*errors, *warnings)}
    changes_data = any(isinstance(operation, RunPython) for operation in migration.operations)
    said |= {found.code.name: f"{found.code}：{found.statement[:120]}" for found in findings(statements, changes_data=changes_data)}
    reviewed = getattr(migration, "reviewed", {})
    return [f"{code} {sentence}" for code, sentence in sorted(said.items()) if not reviewed.get(code)]


def main() -> int:
    """Print what is wrong and return 1, or 0."""
    django.setup()
    loader = MigrationLoader(None)
    own = list(own_migrations(loader))
    if "--baseline" in sys.argv:
        BASELINE.write_text("".join(f"{app} {name}\n" for app, name in own), encoding="utf-8")
        return 0
    if "--schema" in sys.argv:
        if "--embedded" not in sys.argv:
            return subprocess.call([*EMBEDDED, sys.executable, __file__, "--schema", "--embedded"], cwd=ROOT)
        call_command("migrate", verbosity=0)
        keep()
        return 0
    before = {tuple(line.split()) for line in BASELINE.read_text(encoding="utf-8").splitlines()}
    new = [one for one in own if one not in before]
    if not new:
        return 0
    if "--embedded" not in sys.argv:
        return subprocess.call([*EMBEDDED, sys.executable, __file__, "--embedded"], cwd=ROOT)
    settings.DEBUG = False
    found = [f"{app}/{name}：{problem}" for app, name in new for problem in problems_of(loader.disk_migrations[app, name])]
    if found:
        print("\n".join(found), "升级不停机的做法见 docs/development.md。", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
