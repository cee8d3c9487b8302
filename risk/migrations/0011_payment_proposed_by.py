from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.deletion import PROTECT

MAKER = models.ForeignKey(
    "parties.member", PROTECT, null=True, blank=True, related_name="+", verbose_name="支付经办", db_column="released_by_id"
)
DIFFERS = models.CheckConstraint(
    name="claim_payment_checker_differs",
    condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("payment_proposed_by")),
    violation_error_message="经办和复核不得为同一人。",
)
RELEASED = models.CheckConstraint(
    name="claim_state_released",
    condition=~Q(state__in=["queued", "part_paid"]) | Q(payment_proposed_by__isnull=False, checked_by__isnull=False),
    violation_error_message="支付须经办和复核。",
)


class Migration(migrations.Migration):
    """A claim's payment is proposed by one person and released by another: the field names the first. Nothing changes in the database."""

    dependencies = [("risk", "0010_fee_rate_by_correction")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("claim", "released_by", MAKER),
                migrations.RenameField("claim", "released_by", "payment_proposed_by"),
                migrations.RemoveConstraint("claim", "claim_payment_checker_differs"),
                migrations.RemoveConstraint("claim", "claim_state_released"),
                migrations.AddConstraint("claim", DIFFERS),
                migrations.AddConstraint("claim", RELEASED),
            ]
        ),
    ]
