"""Names and numbers that are the same in either width and case are held once."""

from django.db import migrations, models

import common.fields
from common.concurrently import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False
    reviewed = {"ADD_UNIQUE": "Built beside the rows; the version before is refused a second writing of one name or number in a sentence."}

    dependencies = [
        ("ledger", "0005_closed_days"),
        ("loans", "0011_written_alike"),
        ("parties", "0008_written_alike"),
        ("risk", "0008_record_graphs"),
    ]

    operations = [
        AddUniqueConcurrently(
            model_name="diligencerules",
            constraint=models.UniqueConstraint(
                models.F("institution"),
                common.fields.TextKey("document_number"),
                name="diligence_rules_alike",
                violation_error_message="该制度已登记。",
            ),
        ),
        AddUniqueConcurrently(
            model_name="guaranteefee",
            constraint=models.UniqueConstraint(
                models.F("guarantor"),
                common.fields.TextKey("voucher"),
                condition=models.Q(("step", "returned"), _negated=True),
                name="guarantee_fee_voucher_alike",
                violation_error_message="该凭证号已登记。",
            ),
        ),
        AddUniqueConcurrently(
            model_name="recovery",
            constraint=models.UniqueConstraint(
                models.F("bank"),
                common.fields.TextKey("bank_reference"),
                condition=models.Q(("step", "returned"), _negated=True),
                name="recovery_reference_alike",
                violation_error_message="该流水号已登记。",
            ),
        ),
    ]
