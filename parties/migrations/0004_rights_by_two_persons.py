"""Rights change by two persons; the three administrators of the operator."""

import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

import common.fields

OPERATOR = "fund-system"  # the body of the plan that runs the system; another one by data: manage.py first_administrators --operator


def name_the_operator(apps, schema_editor):
    """Let the fund's own office run the system, unless an institution was named before."""
    institutions = apps.get_model("parties", "Institution").objects
    if not institutions.filter(is_operator=True).exists():
        institutions.filter(code=OPERATOR).update(is_operator=True)


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0003_known_words"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="member",
            name="member_has_known_roles",
        ),
        migrations.AddField(
            model_name="institution",
            name="is_operator",
            field=models.BooleanField(
                default=False, help_text="系统管理员、安全管理员和审计管理员所在的单位，全系统只有一个", verbose_name="系统运行单位"
            ),
        ),
        migrations.AlterField(
            model_name="member",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("viewer", "查阅"),
                        ("handler", "经办"),
                        ("checker", "复核"),
                        ("admin", "管理"),
                        ("system", "系统管理员"),
                        ("security", "安全管理员"),
                        ("audit", "审计管理员"),
                    ],
                    max_length=10,
                ),
                size=None,
                verbose_name="角色",
            ),
        ),
        migrations.AddConstraint(
            model_name="institution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_operator", True)),
                fields=("is_operator",),
                name="institution_one_operator",
                violation_error_message="系统运行单位只能有一个。",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("roles__contained_by", ["viewer", "handler", "checker", "admin", "system", "security", "audit"]),
                    ("roles__len__gte", 1),
                ),
                name="member_has_known_roles",
                violation_error_message="须至少选择一个岗位。",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("roles__overlap", ("system", "security", "audit")), _negated=True),
                    models.Q(("enterprise__isnull", True), ("institution__isnull", False), ("kind", "person"), ("roles__len", 1)),
                    _connector="OR",
                ),
                name="member_administrator_stands_alone",
                violation_error_message="系统管理员、安全管理员、审计管理员不得互相兼任，也不得兼任任何业务岗位。",
            ),
        ),
        migrations.CreateModel(
            name="RightsChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", common.fields.PublicIdField()),
                ("kind", models.CharField(max_length=40, verbose_name="事项")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("proposed", "待确认"),
                            ("confirmed", "已确认"),
                            ("refused", "不予确认"),
                            ("withdrawn", "已撤回"),
                            ("expired", "已过期"),
                        ],
                        default="proposed",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("subject", models.CharField(max_length=170, verbose_name="对象标识")),
                ("subject_label", models.CharField(max_length=120, verbose_name="对象")),
                ("before", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="变更前")),
                ("after", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="变更后")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="事由")),
                ("made_at", models.DateTimeField(verbose_name="提出时间")),
                ("ends_at", models.DateTimeField(verbose_name="有效期至")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("refusal", models.CharField(blank=True, max_length=300, verbose_name="不予确认的理由")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.member",
                        verbose_name="确认人",
                    ),
                ),
                (
                    "decided_by_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人账号",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.enterprise",
                        verbose_name="所属企业",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.institution",
                        verbose_name="所属机构",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.member", verbose_name="提出人"
                    ),
                ),
                (
                    "made_by_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人账号",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rights_changes",
                        to="parties.member",
                        verbose_name="成员",
                    ),
                ),
            ],
            options={
                "verbose_name": "权限事项",
                "verbose_name_plural": "权限事项",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["subject", "-id"], name="rights_change_subject")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("enterprise__isnull", True), ("institution__isnull", False)),
                            models.Q(("enterprise__isnull", False), ("institution__isnull", True)),
                            _connector="OR",
                        ),
                        name="rights_change_one_house",
                        violation_error_message="权限事项须且只能属于一个机构或一家企业。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("subject",),
                        name="rights_change_waits_once",
                        violation_error_message="该对象已有待确认的权限事项。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state__in", ("proposed", "expired"))),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ("confirmed", "refused", "withdrawn")),
                            ),
                            _connector="OR",
                        ),
                        name="rights_change_decided_facts",
                        violation_error_message="确认须记录确认人和时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("confirmed", "refused")), _negated=True),
                            ("kind__in", ("administrators.first", "administrators.emergency")),
                            models.Q(
                                ("decided_by_user__isnull", False),
                                models.Q(("decided_by", models.F("made_by")), _negated=True),
                                models.Q(
                                    ("made_by_user__isnull", True),
                                    models.Q(("decided_by_user", models.F("made_by_user")), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="rights_change_two_persons",
                        violation_error_message="提出人和确认人不得为同一人。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True), models.Q(("refusal", ""), _negated=True), _connector="OR"
                        ),
                        name="rights_change_refused_with_reason",
                        violation_error_message="不予确认须写明理由。",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_digest", models.CharField(max_length=64, verbose_name="交接码校验值")),
                ("issued_at", models.DateTimeField(verbose_name="签发时间")),
                ("ends_at", models.DateTimeField(verbose_name="有效期至")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="使用时间")),
                ("failures", models.PositiveSmallIntegerField(default=0, verbose_name="交接码错误次数")),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handover",
                        to="parties.rightschange",
                        verbose_name="权限事项",
                    ),
                ),
            ],
            options={
                "verbose_name": "交接",
                "verbose_name_plural": "交接",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("issued_at"))),
                        name="handover_ends_after_it_begins",
                        violation_error_message="交接的有效期须晚于签发时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True),
                            models.Q(("used_at__gte", models.F("issued_at")), ("used_at__lt", models.F("ends_at"))),
                            _connector="OR",
                        ),
                        name="handover_used_in_time",
                        violation_error_message="交接须在有效期内使用。",
                    ),
                ],
            },
        ),
        migrations.RunPython(name_the_operator, migrations.RunPython.noop),
    ]
