"""A uniqueness on an expression is built beside the rows, and dropped the same way."""

import pytest
from django.apps import apps
from django.db import NotSupportedError, connection, models, transaction
from django.db.migrations.state import ProjectState

from common.concurrently import AddUniqueConcurrently
from common.fields import TextKey

ALIKE = models.UniqueConstraint(TextKey("name"), name="district_name_alike")
THERE = "SELECT indisunique AND indisvalid FROM pg_index WHERE indexrelid = to_regclass('district_name_alike')"


def there() -> list[tuple[bool]]:
    with connection.cursor() as cursor:
        cursor.execute(THERE)
        found: list[tuple[bool]] = cursor.fetchall()
    return found


@pytest.mark.django_db(transaction=True)
def test_a_uniqueness_is_built_beside_the_rows() -> None:
    state = ProjectState.from_apps(apps)
    step = AddUniqueConcurrently("district", ALIKE)
    with connection.schema_editor(atomic=False) as editor:
        with transaction.atomic(), pytest.raises(NotSupportedError, match="atomic"):
            step.database_forwards("parties", editor, state, state)
        step.database_forwards("parties", editor, state, state)
        assert there() == [(True,)]
        step.database_backwards("parties", editor, state, state)
        assert there() == []
