"""
What the roles that web and jobs run under may do: everything but rewrite the books, and nothing for ever.

Both have the same rights. They differ in how long a statement may run, which the database itself holds down.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.db import connection, transaction
from psycopg2 import sql

from common.errors import DomainError

READ_ONLY = frozenset({"django_migrations"})
SEES_ACTIVITY = "pg_read_all_stats"  # whose transactions are old: see database_watch.py
# Our joins follow foreign keys from one row; planning eight tables in every order took longer than running the query (5 ms of 5.4).
PLANNER = {"join_collapse_limit": "6"}


class Use(StrEnum):
    """What a role logs in for."""

    WEB = "web"
    JOBS = "jobs"


# Time-outs of PostgreSQL, by role, since a connection through a pool carries no options of its own. Named jobs lengthen the statement's
# for one transaction (``common.database.allow_long_work``).
LIMITS: Mapping[Use, Mapping[str, str]] = {
    Use.WEB: {
        "statement_timeout": "20s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "15s",
        "transaction_timeout": "60s",
        **PLANNER,
    },
    Use.JOBS: {
        "statement_timeout": "5min",
        "lock_timeout": "30s",
        "idle_in_transaction_session_timeout": "60s",
        "transaction_timeout": "30min",
        **PLANNER,
    },
}


class RoleUnknown(DomainError):
    """The database has no such role."""

    code = "role_unknown"
    sentence = "数据库中没有角色“{role}”：请先由数据库管理员创建它（CREATE ROLE … LOGIN PASSWORD …），再运行本命令。"


class RoleOwnsTables(DomainError):
    """The role owns the tables, or is a superuser, so that no grant limits it."""

    code = "role_owns_tables"
    sentence = "角色“{role}”是数据表的所有者或超级用户，权限限制对它不起作用：应用须使用另一个角色。"


def append_only_tables() -> frozenset[str]:
    """Return the tables whose triggers forbid change: those that carry a trigger named ``…append_only…``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgname LIKE '%%append\\_only%%' AND c.relnamespace = 'public'::regnamespace"
        )
        return frozenset(name for (name,) in cursor.fetchall())


@transaction.atomic
def grant_app_role(role: str, *, use: Use = Use.WEB) -> dict[str, list[str]]:
    """
    Give the role exactly what it needs on every table there is now, and return the tables by what it may do with them.

    New connections of the role have the time-outs of its use.

    To be run by the owner after each migration: what an earlier run granted is taken back first.

    Raises:
        RoleUnknown: there is no such role.
        RoleOwnsTables: grants cannot limit it.
    """
    require_limited_role(role)
    guarded = append_only_tables()
    name = sql.Identifier(role)
    granted: dict[str, list[str]] = {"SELECT": [], "SELECT, INSERT": [], "SELECT, INSERT, UPDATE, DELETE": []}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(connection.settings_dict["NAME"]), name))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(name))
        for table in sorted(connection.introspection.table_names(cursor)):
            rights = rights_on(table, guarded=table in guarded)
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(table), name))
            granted[rights].append(table)
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
        cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(SEES_ACTIVITY), name))
    limit_role(role, use=use)
    return granted


def limit_role(role: str, *, use: Use) -> None:
    """Set what every new connection of the role begins with."""
    with connection.cursor() as cursor:
        for setting, value in LIMITS[use].items():
            command = sql.SQL("ALTER ROLE {} SET {} = {}")
            cursor.execute(command.format(sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)))


def rights_on(table: str, *, guarded: bool) -> str:
    """Return what the application may do with a table; never TRUNCATE, which no row trigger sees."""
    if table in READ_ONLY:
        return "SELECT"
    return "SELECT, INSERT" if guarded else "SELECT, INSERT, UPDATE, DELETE"


def require_limited_role(role: str) -> None:
    """
    Return where grants limit the role.

    Raises:
        RoleUnknown: there is no such role.
        RoleOwnsTables: it is a superuser, or it owns a table here.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            raise RoleUnknown(role=role)
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(%s, tableowner, 'MEMBER'))", [role]
        )
        if found[0] or cursor.fetchone()[0]:
            raise RoleOwnsTables(role=role)
