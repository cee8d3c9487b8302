"""Whether a demo's database is this version's: its migrations, its tables, and a load that this version began."""

from hashlib import sha256
from pathlib import Path

from django.apps import apps
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState

from demo_fund.models import DemoRun
from quanzhou_fund.environment import BASE_DIR
from quanzhou_fund.supervisor import OTHER_SCHEMA

HERE = Path(__file__).parent


class OtherVersion(CommandError):
    """The database is another version's; the supervisor offers to make it anew."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=OTHER_SCHEMA)


def story_version() -> str:
    """Return what names the story that this version tells: a hash of the code that plays it."""
    digest = sha256()
    for path in sorted(HERE.rglob("*.py")):
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def require_own_schema() -> None:
    """
    Let pass only a database that this version's migrations made, as far as it is made.

    Raises:
        OtherVersion: migrations were applied that this version does not have, or of the same name and another content (folded since).
    """
    loader = MigrationLoader(connection)
    own = {config.label for config in apps.get_app_configs() if Path(config.path).parent == BASE_DIR}
    applied = sorted(node for node in loader.applied_migrations if node[0] in own)
    unknown = [f"{app}.{name}" for app, name in applied if (app, name) not in loader.disk_migrations]
    if unknown:
        raise OtherVersion(f"本版本没有数据库中已执行的迁移：{'、'.join(unknown)}。")
    state = loader.project_state(applied)
    tables = {_table(model): _columns(model) for (app, _), model in state.models.items() if app in own and not model.options.get("proxy")}
    found = _columns_there()
    if other := sorted(table for table, columns in tables.items() if found.get(table) != columns):
        raise OtherVersion(f"数据库中的数据表与本版本的迁移不符：{'、'.join(other)}。")


def require_own_story() -> None:
    """
    Let pass a load that is finished, and one that this version began.

    Raises:
        OtherVersion: another version's story stands half played.
    """
    is_there = "story" in _columns_there().get(DemoRun._meta.db_table, ())
    if is_there and DemoRun.objects.filter(finished_at=None).exclude(story=story_version()).exists():
        raise OtherVersion("演示基金由另一版本载入到一半，本版本不能接着载入。")


def _table(model: ModelState) -> str:
    return str(model.options.get("db_table") or f"{model.app_label}_{model.name_lower}")


def _columns(model: ModelState) -> set[str]:
    fields = {name: field for name, field in model.fields.items() if not field.many_to_many}
    return {field.db_column or (f"{name}_id" if field.is_relation else name) for name, field in fields.items()}


def _columns_there() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    return found
