"""Enter the districts and the public bodies that the plan names; the fund's own office runs the system."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from parties.seeds import plant

OPERATOR = "fund-system"  # the body of the plan that runs the system; another one by data: manage.py first_administrators --operator


def enter(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Plant what is missing."""
    models = {name: apps.get_model("parties", name) for name in ("district", "institution", "member")}
    plant(**models)
    models["institution"].objects.filter(code=OPERATOR).update(is_operator=True)


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
