import common.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("oauth2_provider", "0021_translatable_field_labels"),  # all of it: Django runs it the faster the fewer tables there are
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedEpoch",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False, verbose_name="序号")),
                ("cluster", models.CharField(max_length=20, verbose_name="数据库标识")),
                ("first_event", models.BigIntegerField(help_text="小于此编号的事件属于此前各期", verbose_name="首个事件编号")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
            ],
            options={
                "verbose_name": "事件读取分期",
                "verbose_name_plural": "事件读取分期",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", common.fields.PublicIdField()),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("read", "查询"),
                                ("decide", "审批和签约"),
                                ("money", "放款、还本和逾期"),
                                ("report", "结算、对账和订阅"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                        verbose_name="权限范围",
                    ),
                ),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=43),
                        blank=True,
                        default=list,
                        help_text="空为不限",
                        size=None,
                        verbose_name="允许的来源网段",
                    ),
                ),
                ("requests_per_minute", models.PositiveIntegerField(help_text="次", verbose_name="每分钟请求上限")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("opened_at", models.DateTimeField(verbose_name="开通时间")),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_client",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                        verbose_name="OAuth 应用",
                    ),
                ),
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="api_client", to="parties.member", verbose_name="接口成员"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.member", verbose_name="开通人"
                    ),
                ),
            ],
            options={
                "verbose_name": "接口程序",
                "verbose_name_plural": "接口程序",
                "ordering": ["name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scopes__contained_by", ["read", "decide", "money", "report"]), ("scopes__len__gte", 1)),
                        name="api_client_has_known_scopes",
                        violation_error_message="请至少选择一个权限范围。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("requests_per_minute__gte", 1)),
                        name="api_client_may_ask",
                        violation_error_message="每分钟请求上限须大于零。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
                ("issued_at", models.DateTimeField(verbose_name="签发时间")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to="api.apiclient", verbose_name="接口程序"
                    ),
                ),
            ],
            options={
                "verbose_name": "接口密钥",
                "verbose_name_plural": "接口密钥",
                "ordering": ["client", "issued_at"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="client_secret_sha256_form"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__isnull", True), ("ends_at__gte", models.F("issued_at")), _connector="OR"),
                        name="client_secret_begins_before_it_ends",
                        violation_error_message="失效时间不得早于签发时间。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=128, verbose_name="幂等键")),
                ("request_sha256", models.CharField(help_text="方法、地址和内容的 SHA-256", max_length=64, verbose_name="请求摘要")),
                ("status", models.PositiveSmallIntegerField(verbose_name="状态码")),
                ("body", models.TextField(verbose_name="答复（密文）")),
                ("location", models.CharField(blank=True, max_length=200, verbose_name="新对象地址")),
                ("kept_at", models.DateTimeField(verbose_name="保存时间")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="api.apiclient", verbose_name="接口程序"
                    ),
                ),
            ],
            options={
                "verbose_name": "已保存的答复",
                "verbose_name_plural": "已保存的答复",
                "indexes": [models.Index(fields=["kept_at"], name="kept_answer_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "key"), name="kept_answer_once_per_key"),
                    models.CheckConstraint(condition=models.Q(("status__gte", 200), ("status__lt", 300)), name="kept_answer_succeeded"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_type", models.CharField(max_length=60, verbose_name="对象类别")),
                ("object_id", models.UUIDField(verbose_name="对象标识")),
                ("reference", models.CharField(max_length=64, verbose_name="业务编号")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="parties.institution", verbose_name="机构"
                    ),
                ),
            ],
            options={
                "verbose_name": "机构业务编号",
                "verbose_name_plural": "机构业务编号",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "object_type", "reference"),
                        name="reference_names_one_object",
                        violation_error_message="该业务编号已用于另一记录。",
                    ),
                    models.UniqueConstraint(
                        models.F("institution"),
                        models.F("object_type"),
                        common.fields.TextKey("reference"),
                        name="reference_alike",
                        violation_error_message="该业务编号已用于另一记录。",
                    ),
                    models.UniqueConstraint(
                        fields=("institution", "object_type", "object_id"),
                        name="reference_once_per_object",
                        violation_error_message="该记录已有业务编号。",
                    ),
                    models.CheckConstraint(condition=models.Q(("reference", ""), _negated=True), name="reference_written"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", common.fields.PublicIdField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("drawdown", "放款"), ("repayment", "还本"), ("overdue", "转逾期")], max_length=10, verbose_name="类别"
                    ),
                ),
                (
                    "file_format",
                    models.CharField(
                        choices=[("ndjson", "NDJSON"), ("csv", "CSV"), ("xlsx", "Excel 工作簿")], max_length=6, verbose_name="格式"
                    ),
                ),
                ("check_only", models.BooleanField(default=False, help_text="只校验不登记", verbose_name="只校验")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "待处理"), ("running", "处理中"), ("done", "已完成")],
                        default="queued",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField(verbose_name="内容")),
                ("row_count", models.PositiveIntegerField(verbose_name="行数")),
                ("done_count", models.PositiveIntegerField(default=0, verbose_name="已处理行数")),
                ("rejected_count", models.PositiveIntegerField(default=0, verbose_name="未登记行数")),
                ("taken_at", models.DateTimeField(verbose_name="提交时间")),
                ("worked_at", models.DateTimeField(blank=True, null=True, verbose_name="最近处理时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uploads", to="api.apiclient", verbose_name="接口程序"
                    ),
                ),
            ],
            options={
                "verbose_name": "批量提交",
                "verbose_name_plural": "批量提交",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("done_count__lte", models.F("row_count"))), name="upload_done_within_rows"),
                    models.CheckConstraint(
                        condition=models.Q(("rejected_count__lte", models.F("done_count"))), name="upload_rejected_within_done"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("finished_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="upload_finished_when_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="数据行从 1 起，不计标题行", verbose_name="行号")),
                ("bank_reference", models.CharField(blank=True, max_length=64, verbose_name="银行流水号")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("recorded", "已登记"), ("repeated", "此前已登记"), ("acceptable", "校验通过"), ("rejected", "未登记")],
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("movement_id", models.UUIDField(blank=True, null=True, verbose_name="贷款变动标识")),
                ("field", models.CharField(blank=True, max_length=60, verbose_name="字段")),
                ("code", models.CharField(blank=True, max_length=60, verbose_name="原因代码")),
                ("detail", models.TextField(blank=True, verbose_name="说明")),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="api.upload", verbose_name="批量提交"
                    ),
                ),
            ],
            options={
                "verbose_name": "批量提交明细",
                "verbose_name_plural": "批量提交明细",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("upload", "number"), name="upload_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "rejected"), models.Q(("code", ""), _negated=True)),
                            models.Q(models.Q(("outcome", "rejected"), _negated=True), ("code", "")),
                            _connector="OR",
                        ),
                        name="upload_row_rejected_with_code",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", common.fields.PublicIdField()),
                ("url", models.URLField(max_length=300, verbose_name="接收地址")),
                (
                    "types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="空为全部",
                        size=None,
                        verbose_name="事件类型",
                    ),
                ),
                ("secret_number", models.PositiveSmallIntegerField(default=1, verbose_name="密钥序号")),
                ("secret", models.TextField(verbose_name="签名密钥（密文）")),
                ("transaction", models.BigIntegerField(verbose_name="已读至事务编号")),
                ("event", models.BigIntegerField(default=0, verbose_name="已读至事件编号")),
                ("epoch", models.PositiveIntegerField(default=1, help_text="事件读取分期，恢复备份后进入下一期", verbose_name="分期")),
                ("failing_since", models.DateTimeField(blank=True, null=True, verbose_name="连续失败自")),
                ("failures", models.PositiveIntegerField(db_default=0, default=0, verbose_name="连续失败次数")),
                (
                    "due_at",
                    models.DateTimeField(blank=True, help_text="对方无应答时，到此时间前不再推送", null=True, verbose_name="下次推送时间"),
                ),
                (
                    "leased_until",
                    models.DateTimeField(blank=True, help_text="正在推送；此前没有其他进程向该地址推送", null=True, verbose_name="占用至"),
                ),
                ("disabled_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="webhooks", to="api.apiclient", verbose_name="接口程序"
                    ),
                ),
            ],
            options={
                "verbose_name": "事件订阅",
                "verbose_name_plural": "事件订阅",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "url"), name="webhook_once_per_address", violation_error_message="该地址已登记。"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("disabled_at__isnull", True), ("failing_since__isnull", False), _connector="OR"),
                        name="webhook_disabled_after_failing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", common.fields.PublicIdField()),
                ("event", models.BigIntegerField(verbose_name="事件编号")),
                ("object_id", models.CharField(max_length=40, verbose_name="对象标识")),
                ("body", models.TextField(verbose_name="内容")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数")),
                ("due_at", models.DateTimeField(verbose_name="下次发送时间")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="送达时间")),
                ("last_error", models.CharField(blank=True, max_length=300, verbose_name="最近错误")),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="api.webhook", verbose_name="事件订阅"
                    ),
                ),
            ],
            options={
                "verbose_name": "待送事件",
                "verbose_name_plural": "待送事件",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)), fields=["webhook", "object_id", "id"], name="webhook_message_waiting"
                    ),
                    models.Index(condition=models.Q(("sent_at__isnull", True)), fields=["due_at"], name="webhook_message_due"),
                ],
                "constraints": [models.UniqueConstraint(fields=("webhook", "event"), name="webhook_message_once_per_event")],
            },
        ),
    ]
