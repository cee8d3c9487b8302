"""Names and numbers that are the same in either width and case are held once."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import common.fields
import parties.models.parties
from common.concurrently import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False
    reviewed = {"ADD_UNIQUE": "Built beside the rows; the version before is refused a second writing of one name or number in a sentence."}

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("parties", "0007_mobiles_in_one_form"),
    ]

    operations = [
        migrations.AlterModelManagers(
            name="user",
            managers=[
                ("objects", parties.models.parties.Accounts()),
            ],
        ),
        AddUniqueConcurrently(
            model_name="institution",
            constraint=models.UniqueConstraint(
                common.fields.TextKey("name"), name="institution_name_once", violation_error_message="名称已被使用。"
            ),
        ),
        AddUniqueConcurrently(
            model_name="institution",
            constraint=models.UniqueConstraint(
                common.fields.TextKey("short_name"), name="institution_short_name_once", violation_error_message="简称已被使用。"
            ),
        ),
        AddUniqueConcurrently(
            model_name="institution",
            constraint=models.UniqueConstraint(
                common.fields.TextKey("code"), name="institution_code_once", violation_error_message="代号已被使用。"
            ),
        ),
        AddUniqueConcurrently(
            model_name="user",
            constraint=models.UniqueConstraint(
                common.fields.TextKey("username"), name="user_named_once", violation_error_message="登录名已被使用，请换一个。"
            ),
        ),
        AddConstraintNotValid(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "username__regex",
                        "[\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u200b-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff]",
                    ),
                    _negated=True,
                ),
                name="user_name_readable",
                violation_error_message="登录名不能含有空格和不可见字符。",
            ),
        ),
    ]
