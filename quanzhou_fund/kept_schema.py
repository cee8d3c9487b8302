"""
The schema as the version before writes it: tables and columns with their types, kept in a file beside the migrations' baseline.

While an upgrade runs, that version goes on writing to the new schema with exactly these columns.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

KEPT = Path(settings.BASE_DIR) / "scripts" / "schema_baseline.json"
COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relname = ANY(%s) AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 ORDER BY c.relname, a.attnum
"""
Schema = Mapping[str, Mapping[str, str]]  # table -> column -> type


def written_now() -> Schema:
    """Return the tables of the product's own apps as they stand in the database, with the columns that are written."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if _is_own(model.__module__)]
    found: dict[str, dict[str, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [tables])
        for table, column, kind in cursor.fetchall():
            found.setdefault(table, {})[column] = kind
    return found


def written_before() -> Schema:
    """Return what the version before writes, as it was kept."""
    kept: Schema = json.loads(KEPT.read_text(encoding="utf-8"))
    return kept


def keep() -> None:
    """Write down what this version writes."""
    KEPT.write_text(json.dumps(written_now(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _is_own(module: str) -> bool:
    return (Path(settings.BASE_DIR) / module.partition(".")[0]).is_dir()
