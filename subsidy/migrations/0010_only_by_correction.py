"""A tender's facts change as a checked correction says; the decision behind a return rate changes and goes with the rate."""

from importlib import import_module

from django.db import migrations

from parties.correction_guard import never_truncated, no_longer, only_by_correction

_BEFORE = import_module("subsidy.migrations.0006_sealed_bids_guards").TENDER
_START = "CREATE FUNCTION subsidy_tender_goes_on()"
_GOES_ON = _START + _BEFORE.split(_START)[1].split("CREATE TRIGGER")[0]
_KEPT = "(OLD.category, OLD.document_number, OLD.opened_on, OLD.closes_at, OLD.planned_volume, OLD.is_sealed)\n    THEN"
_BUT_BY_CORRECTION = (
    "(OLD.category, OLD.document_number, OLD.opened_on, OLD.closes_at, OLD.planned_volume, OLD.is_sealed)\n"
    "        AND NOT EXISTS (\n"
    "            SELECT FROM parties_correction c\n"
    "            WHERE c.kind = 'tender' AND c.row_id = OLD.id AND c.state = 'confirmed' AND c.action = 'correct'\n"
    "                AND to_jsonb(jsonb_populate_record(OLD, c.after)) = to_jsonb(NEW)\n"
    "        )\n"
    "    THEN"
)


def _replaced(text: str) -> str:
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("subsidy", "0009_written_alike"), ("parties", "0010_corrections")]

    operations = [
        migrations.RunSQL(sql=_replaced(_GOES_ON.replace(_KEPT, _BUT_BY_CORRECTION)), reverse_sql=_replaced(_GOES_ON)),
        no_longer("subsidy_ratedecision", "append_only", "UPDATE OR DELETE OR TRUNCATE"),
        only_by_correction("subsidy_ratedecision", "return_rate", key="return_rate_id"),
        never_truncated("subsidy_ratedecision"),
    ]
