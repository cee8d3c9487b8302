"""Mobile numbers in their one form, so that one number is found and compared however it was typed."""

from django.db import migrations

from common.fields import MobileField
from common.mobiles import kept

AT_ONCE = 1_000


def in_one_form(apps, schema_editor):
    """Write the numbers anew, so many at once; what is no number stays."""
    rows = apps.get_model("parties", "User").objects.exclude(phone="").order_by("pk")
    last = 0
    while found := list(rows.filter(pk__gt=last).values_list("pk", "phone")[:AT_ONCE]):
        for pk, phone in found:
            if kept(phone) != phone:
                rows.filter(pk=pk).update(phone=kept(phone))
        last = found[-1][0]


class Migration(migrations.Migration):
    dependencies = [("parties", "0006_rights_graph")]
    operations = [
        migrations.AlterField(model_name="user", name="phone", field=MobileField(blank=True, max_length=20, verbose_name="手机号码")),
        migrations.RunPython(in_one_form, migrations.RunPython.noop, elidable=True),
    ]
