"""What the database refuses, by the name of the constraint or trigger."""

import pytest
from django.db import DatabaseError, connection, transaction


def refuses(name, write):
    """Hold that the database refuses the write, and by which constraint or trigger."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        write()
    assert name in str(refused.value)


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
