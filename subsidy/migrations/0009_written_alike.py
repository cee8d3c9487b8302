"""Names and numbers that are the same in either width and case are held once."""

from django.db import migrations, models

import common.fields
from common.concurrently import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False
    reviewed = {"ADD_UNIQUE": "Built beside the rows; the version before is refused a second writing of one name or number in a sentence."}

    dependencies = [
        ("ledger", "0005_closed_days"),
        ("parties", "0008_written_alike"),
        ("subsidy", "0008_reconciliation_graph"),
    ]

    operations = [
        AddUniqueConcurrently(
            model_name="payment",
            constraint=models.UniqueConstraint(
                models.F("payer"),
                common.fields.TextKey("voucher"),
                condition=models.Q(("voucher", ""), _negated=True),
                name="payment_voucher_alike",
                violation_error_message="该付款方已登记过此凭证号。",
            ),
        ),
        AddUniqueConcurrently(
            model_name="settlement",
            constraint=models.UniqueConstraint(
                common.fields.TextKey("record_number"),
                condition=models.Q(("record_number", ""), _negated=True),
                name="settlement_record_number_alike",
                violation_error_message="该备案号已登记。",
            ),
        ),
        AddUniqueConcurrently(
            model_name="tender",
            constraint=models.UniqueConstraint(
                common.fields.TextKey("document_number"),
                models.F("category"),
                name="tender_document_alike",
                violation_error_message="该文号的同类招标已登记。",
            ),
        ),
    ]
