"""Locks on a whole register, held to the end of the transaction. Readers never take them."""

from enum import IntEnum

from django.db import connection


class Lock(IntEnum):
    """What is locked; the numbers are advisory locks of the database and must differ from other apps'."""

    CALENDAR = 20230001  # shared by those who open deadlines, alone for whoever enters a notice
    VERSIONS = 20230002
    RATES = 20230003


def hold(lock: Lock) -> None:
    """Wait until nobody else holds the lock, then hold it alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
