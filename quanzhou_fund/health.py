"""Whether this process lives, and whether it can serve: asked by containers and by load balancers."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

SEEN: dict[str, bool] = {}  # per process: the code does not change under it, so migrations once applied stay applied


def database_answers() -> bool:
    """Return whether PostgreSQL answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def migrations_are_applied() -> bool:
    """Return whether the database is as this code expects it."""
    if not SEEN.get("migrations"):
        try:
            executor = MigrationExecutor(connection)
            SEEN["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return False
    return SEEN["migrations"]


# Not Redis: without it the product serves on, nobody is counted and queued work waits for the clock.
CHECKS: dict[str, Callable[[], bool]] = {
    "process": lambda: True,
    "database": database_answers,
    "migrations": migrations_are_applied,
}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200: this process lives. Nothing else is asked, so that nothing else can make it look dead."""
    return JsonResponse({"process": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every check passes, else 503; says which one failed and nothing more."""
    found = {name: check() for name, check in CHECKS.items()}
    return JsonResponse({name: "ok" if passed else "failed" for name, passed in found.items()}, status=200 if all(found.values()) else 503)
