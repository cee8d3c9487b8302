"""Names and numbers that are the same in either width and case are held once."""

from django.db import migrations, models

import common.fields
from common.concurrently import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False
    reviewed = {"ADD_UNIQUE": "Built beside the rows; the version before is refused a second writing of one name or number in a sentence."}

    dependencies = [
        ("loans", "0010_proposal_graph"),
        ("parties", "0006_rights_graph"),
        ("policy", "0005_hold_calendar"),
        ("whitelist", "0004_list_and_delivery_graphs"),
    ]

    operations = [
        AddUniqueConcurrently(
            model_name="guarantee",
            constraint=models.UniqueConstraint(
                models.F("guarantor"),
                common.fields.TextKey("number"),
                name="guarantee_number_alike",
                violation_error_message="该担保编号已登记。",
            ),
        ),
        AddUniqueConcurrently(
            model_name="loan",
            constraint=models.UniqueConstraint(
                models.F("bank"),
                common.fields.TextKey("contract_number"),
                name="loan_contract_alike",
                violation_error_message="该行已有此合同编号。",
            ),
        ),
        AddUniqueConcurrently(
            model_name="movement",
            constraint=models.UniqueConstraint(
                models.F("bank"),
                common.fields.TextKey("bank_reference"),
                name="movement_reference_alike",
                violation_error_message="该流水号已登记。",
            ),
        ),
        AddUniqueConcurrently(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                models.F("loan"),
                common.fields.TextKey("bank_reference"),
                condition=models.Q(("state", "waiting")),
                name="proposal_reference_alike",
                violation_error_message="该流水号已有待复核的一笔。",
            ),
        ),
    ]
