"""Names and numbers that are the same in either width and case are held once."""

from django.db import migrations, models

import common.fields
from common.concurrently import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False
    reviewed = {"ADD_UNIQUE": "Built beside the rows; the version before is refused a second writing of one name or number in a sentence."}

    dependencies = [
        ("api", "0007_sealed_answers"),
        ("parties", "0006_rights_graph"),
    ]

    operations = [
        AddUniqueConcurrently(
            model_name="reference",
            constraint=models.UniqueConstraint(
                models.F("institution"),
                models.F("object_type"),
                common.fields.TextKey("reference"),
                name="reference_alike",
                violation_error_message="该业务编号已用于另一记录。",
            ),
        ),
    ]
