import common.fields
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django_fsm
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0002_seed'),
        ('policy', '0004_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('kind', models.CharField(choices=[('project', '固定资产投资项目'), ('rd', '研发投入企业')], max_length=10, verbose_name='名单类别')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('number', models.PositiveSmallIntegerField(verbose_name='批次')),
                ('document_number', models.CharField(max_length=60, verbose_name='文号')),
                ('published_on', models.DateField(verbose_name='发布日期')),
                ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='发布人')),
            ],
            options={
                'verbose_name': '白名单批次',
                'verbose_name_plural': '白名单批次',
                'ordering': ['-year', 'kind', '-number'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'year', 'number'), name='batch_number_once', violation_error_message='该批次号已使用。'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='batch_number_from_one', violation_error_message='批次号从1开始。'), models.CheckConstraint(condition=models.Q(('document_number', ''), _negated=True), name='batch_has_document', violation_error_message='发布须填写文号。'), models.CheckConstraint(condition=models.Q(('published_on__year', models.F('year'))), name='batch_year_of_publication', violation_error_message='批次年度须与发布日期的年度一致。')],
            },
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('kind', models.CharField(choices=[('publication', '发布'), ('removal', '移出'), ('expiry', '到期'), ('snapshot', '全量')], max_length=12, verbose_name='类别')),
                ('payload', models.JSONField(verbose_name='内容')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('entry_count', models.PositiveIntegerField(verbose_name='条目数')),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='announcements', to='whitelist.batch', verbose_name='批次')),
            ],
            options={
                'verbose_name': '发布通知',
                'verbose_name_plural': '发布通知',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'publication')), fields=('batch',), name='announcement_once_per_batch'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'publication'), _negated=True), ('batch__isnull', False), _connector='OR'), name='announcement_publication_has_batch')],
            },
        ),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='代号')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('kind', models.CharField(choices=[('jinfuyun', '福建“金服云”'), ('trust_system', '信托线上系统'), ('bank', '合作银行')], max_length=14, verbose_name='类别')),
                ('transport', models.CharField(choices=[('http', '接口推送'), ('file', '文件交换'), ('pull', '对方拉取')], max_length=6, verbose_name='传送方式')),
                ('url', models.URLField(blank=True, verbose_name='接口地址')),
                ('secret_setting', models.CharField(blank=True, help_text='只填环境变量名，不填密钥本身', max_length=60, verbose_name='密钥环境变量')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('institution', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='whitelist_channel', to='parties.institution', verbose_name='银行')),
            ],
            options={
                'verbose_name': '推送渠道',
                'verbose_name_plural': '推送渠道',
                'ordering': ['kind', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('institution__isnull', False), ('kind', 'bank')), models.Q(models.Q(('kind', 'bank'), _negated=True), ('institution__isnull', True)), _connector='OR'), name='channel_bank_has_institution', violation_error_message='银行渠道须选择银行，平台渠道不选。'), models.CheckConstraint(condition=models.Q(models.Q(('transport', 'http'), _negated=True), models.Q(models.Q(('url', ''), _negated=True), models.Q(('secret_setting', ''), _negated=True)), _connector='OR'), name='channel_http_has_address_and_secret', violation_error_message='接口推送须填写接口地址和密钥环境变量名。'), models.CheckConstraint(condition=models.Q(('secret_setting', ''), ('secret_setting__regex', '^[A-Z][A-Z0-9_]*$'), _connector='OR'), name='channel_secret_is_a_name', violation_error_message='此处填写环境变量名（大写字母、数字、下划线），不要填写密钥。')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('state', django_fsm.FSMField(choices=[('pending', '待发送'), ('sent', '已发送'), ('acknowledged', '已确认'), ('failed', '发送失败')], default='pending', max_length=50, protected=True, verbose_name='状态')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='尝试次数')),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='下次发送时间')),
                ('last_error', models.CharField(blank=True, max_length=300, verbose_name='最近错误')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='发送时间')),
                ('reference', models.CharField(blank=True, max_length=100, verbose_name='对方回执号')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('exported_at', models.DateTimeField(blank=True, null=True, verbose_name='导出时间')),
                ('export_sha256', models.CharField(blank=True, max_length=64, verbose_name='导出文件SHA-256')),
                ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='whitelist.announcement', verbose_name='发布通知')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='whitelist.channel', verbose_name='渠道')),
                ('exported_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='导出人')),
            ],
            options={
                'verbose_name': '推送记录',
                'verbose_name_plural': '推送记录',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['next_attempt_at'], name='delivery_due')],
                'constraints': [models.UniqueConstraint(fields=('announcement', 'channel'), name='delivery_once_per_channel', violation_error_message='该渠道已有此通知。'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('sent', 'acknowledged')), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='delivery_sent_has_time', violation_error_message='已发送的须有发送时间。'), models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at__isnull', False), ('state', 'acknowledged'), models.Q(('reference', ''), _negated=True)), models.Q(models.Q(('state', 'acknowledged'), _negated=True), ('acknowledged_at__isnull', True), ('reference', '')), _connector='OR'), name='delivery_acknowledged_has_reference', violation_error_message='已确认的须有回执号和确认时间。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('last_error', ''), _negated=True), _connector='OR'), name='delivery_failed_has_error', violation_error_message='发送失败的须有错误说明。'), models.CheckConstraint(condition=models.Q(models.Q(('export_sha256', ''), ('exported_at__isnull', True), ('exported_by__isnull', True)), models.Q(('exported_at__isnull', False), ('exported_by__isnull', False), models.Q(('export_sha256', ''), _negated=True)), _connector='OR'), name='delivery_exported_whole', violation_error_message='导出须同时记录导出人、时间和文件校验值。')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('kind', models.CharField(choices=[('project', '固定资产投资项目'), ('rd', '研发投入企业')], max_length=10, verbose_name='名单类别')),
                ('route', models.CharField(choices=[('application', '企业申请'), ('tax_list', '税务名单筛选'), ('direct', '直接列入'), ('newly_registered', '新注册企业申请')], max_length=20, verbose_name='列入方式')),
                ('list_year', models.PositiveSmallIntegerField(verbose_name='名单年度')),
                ('state', django_fsm.FSMField(choices=[('draft', '草稿'), ('county_review', '县级初审'), ('returned', '退回补正'), ('city_review', '市级审核'), ('consultation', '征求意见'), ('cleared', '待发布'), ('published', '已发布'), ('rejected', '不予列入'), ('withdrawn', '已撤回'), ('removed', '已移出'), ('expired', '已到期')], default='draft', max_length=50, protected=True, verbose_name='状态')),
                ('checks', models.JSONField(default=list, verbose_name='条件核对')),
                ('is_eligible', models.BooleanField(null=True, verbose_name='符合条件')),
                ('holds_technical_upgrade_subsidy', models.BooleanField(default=False, help_text='企业声明', verbose_name='已享受技改贴息')),
                ('other_technology_credit', models.BooleanField(default=False, help_text='企业声明', verbose_name='已享受其他科技信贷扶持')),
                ('is_newly_registered', models.BooleanField(default=False, verbose_name='新注册企业')),
                ('last_year_rd_expense', common.fields.MoneyField(blank=True, decimal_places=2, help_text='元，税务口径，列入时冻结', max_digits=18, null=True, verbose_name='上年度研发费用')),
                ('submitted_on', models.DateField(blank=True, help_text='筛选列为候选的，为筛选日期', null=True, verbose_name='申请日期')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='市级审核日期')),
                ('consultation_round', models.PositiveSmallIntegerField(default=0, verbose_name='征求意见轮次')),
                ('return_reason', models.TextField(blank=True, verbose_name='退回、撤回或不予列入理由')),
                ('published_on', models.DateField(blank=True, null=True, verbose_name='发布日期')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='有效期至(不含)')),
                ('expired_on', models.DateField(blank=True, null=True, verbose_name='到期日期')),
                ('expiry_cause', models.CharField(blank=True, choices=[('term_over', '有效期届满'), ('fully_drawn', '额度已全部放款'), ('next_list', '新一年度名单已发布')], max_length=12, verbose_name='到期原因')),
                ('removed_on', models.DateField(blank=True, null=True, verbose_name='移出日期')),
                ('removal_reason', models.TextField(blank=True, verbose_name='移出理由')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='whitelist.batch', verbose_name='批次')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.district', verbose_name='初审县(市、区)')),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='填报人')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='parties.enterprise', verbose_name='企业')),
                ('policy_version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='policy.policyversion', verbose_name='适用政策')),
            ],
            options={
                'verbose_name': '白名单条目',
                'verbose_name_plural': '白名单条目',
                'ordering': ['-id'],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='ImportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('kind', models.CharField(choices=[('tax_list', '税务部门企业名单'), ('stacking', '其他扶持政策名单')], max_length=10, verbose_name='名单类别')),
                ('filename', models.CharField(max_length=200, verbose_name='文件名')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('state', models.CharField(choices=[('checked', '已核对'), ('committed', '已入库'), ('discarded', '已作废')], default='checked', max_length=10, verbose_name='状态')),
                ('rows', models.PositiveIntegerField(verbose_name='数据行数')),
                ('accepted', models.PositiveIntegerField(verbose_name='可入库行数')),
                ('refused', models.PositiveIntegerField(verbose_name='有误行数')),
                ('outcomes', models.JSONField(default=dict, verbose_name='入库结果')),
                ('checked_at', models.DateTimeField(verbose_name='核对时间')),
                ('committed_at', models.DateTimeField(blank=True, null=True, verbose_name='入库时间')),
                ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='上传人')),
                ('committed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='入库人')),
            ],
            options={
                'verbose_name': '导入文件',
                'verbose_name_plural': '导入文件',
                'ordering': ['-checked_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'discarded'), _negated=True), fields=('kind', 'sha256'), name='import_file_once', violation_error_message='该文件已上传过。'), models.CheckConstraint(condition=models.Q(('rows', django.db.models.expressions.CombinedExpression(models.F('accepted'), '+', models.F('refused')))), name='import_file_rows_add_up', violation_error_message='可入库行数与有误行数之和须等于数据行数。'), models.CheckConstraint(condition=models.Q(models.Q(('committed_at__isnull', False), ('committed_by__isnull', False), ('state', 'committed')), models.Q(models.Q(('state', 'committed'), _negated=True), ('committed_at__isnull', True), ('committed_by__isnull', True)), _connector='OR'), name='import_file_committed', violation_error_message='已入库的文件须有入库人和入库时间。')],
            },
        ),
        migrations.CreateModel(
            name='ImportProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(help_text='与文件中的行号一致，标题行为第1行', verbose_name='行号')),
                ('column', models.CharField(max_length=40, verbose_name='列')),
                ('code', models.CharField(max_length=40, verbose_name='错误代码')),
                ('detail', models.CharField(max_length=200, verbose_name='说明')),
                ('is_warning', models.BooleanField(default=False, verbose_name='仅提示')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='whitelist.importfile', verbose_name='导入文件')),
            ],
            options={
                'verbose_name': '导入问题',
                'verbose_name_plural': '导入问题',
                'ordering': ['file', 'row', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(verbose_name='征求意见轮次')),
                ('verdict', models.CharField(choices=[('agree', '同意'), ('object', '不同意')], max_length=8, verbose_name='意见')),
                ('document_number', models.CharField(max_length=60, verbose_name='文号')),
                ('remark', models.TextField(blank=True, verbose_name='意见说明')),
                ('given_on', models.DateField(verbose_name='回复日期')),
                ('recorded_at', models.DateTimeField(verbose_name='录入时间')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='whitelist.entry', verbose_name='白名单条目')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.institution', verbose_name='征求意见单位')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='录入人')),
            ],
            options={
                'verbose_name': '征求意见回复',
                'verbose_name_plural': '征求意见回复',
                'ordering': ['entry', 'round', 'institution'],
                'constraints': [models.UniqueConstraint(fields=('entry', 'round', 'institution'), name='opinion_once_per_bureau_and_round', violation_error_message='该单位本轮意见已登记。'), models.CheckConstraint(condition=models.Q(('document_number', ''), _negated=True), name='opinion_has_document', violation_error_message='征求意见回复须填写文号。'), models.CheckConstraint(condition=models.Q(('verdict', 'agree'), models.Q(('remark', ''), _negated=True), _connector='OR'), name='opinion_objection_has_remark', violation_error_message='不同意的须说明理由。')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='投资项目代码')),
                ('name', models.CharField(max_length=200, verbose_name='项目名称')),
                ('project_type', models.CharField(choices=[('technical_upgrade', '技术改造'), ('expansion', '增资扩产'), ('other', '其他')], max_length=20, verbose_name='项目类型')),
                ('is_key_project', models.BooleanField(default=False, verbose_name='省市重大重点项目')),
                ('is_named_by_city', models.BooleanField(default=False, verbose_name='市政府确定的项目')),
                ('total_investment', common.fields.MoneyField(decimal_places=2, help_text='元', max_digits=18, verbose_name='投资总额')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.district', verbose_name='所在县(市、区)')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='parties.enterprise', verbose_name='企业')),
            ],
            options={
                'verbose_name': '项目',
                'verbose_name_plural': '项目',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('total_investment__gt', 0)), name='project_investment_above_zero', violation_error_message='项目投资总额须大于零。'), models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9A-Z\\u4e00-\\u9fff\\[\\]()〔〕（）-]+$')), name='project_code_written', violation_error_message='投资项目代码须填写，由数字、大写字母、汉字、括号和连字符组成，不含空格。')],
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='project',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='whitelist.project', verbose_name='项目'),
        ),
        migrations.CreateModel(
            name='Screening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('list_year', models.PositiveSmallIntegerField(verbose_name='名单年度')),
                ('examined', models.PositiveIntegerField(verbose_name='筛选企业数')),
                ('eligible', models.PositiveIntegerField(verbose_name='符合条件企业数')),
                ('created', models.PositiveIntegerField(verbose_name='新增候选企业数')),
                ('refreshed', models.PositiveIntegerField(verbose_name='更新候选企业数')),
                ('screened_on', models.DateField(verbose_name='筛选日期')),
                ('policy_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='policy.policyversion', verbose_name='适用政策')),
                ('screened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='筛选人')),
            ],
            options={
                'verbose_name': '名单筛选',
                'verbose_name_plural': '名单筛选',
                'ordering': ['-screened_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ScreenedOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('failed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None, verbose_name='不符合的条件')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.enterprise', verbose_name='企业')),
                ('screening', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='screened_out', to='whitelist.screening', verbose_name='名单筛选')),
            ],
            options={
                'verbose_name': '筛选未通过企业',
                'verbose_name_plural': '筛选未通过企业',
                'constraints': [models.UniqueConstraint(fields=('screening', 'enterprise'), name='screened_out_once')],
            },
        ),
        migrations.CreateModel(
            name='StackingRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.CharField(choices=[('technical_upgrade_subsidy', '技改贴息'), ('technology_credit', '其他科技信贷扶持')], max_length=30, verbose_name='扶持政策')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('credit_code', models.CharField(max_length=18, verbose_name='统一社会信用代码')),
                ('project_code', models.CharField(blank=True, help_text='为空时视为该企业全部项目', max_length=40, verbose_name='投资项目代码')),
                ('contract_number', models.CharField(blank=True, help_text='为空时视为该企业当年全部研发融资', max_length=64, verbose_name='贷款合同编号')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stacking_records', to='whitelist.importfile', verbose_name='来源文件')),
            ],
            options={
                'verbose_name': '其他扶持记录',
                'verbose_name_plural': '其他扶持记录',
                'indexes': [models.Index(fields=['programme', 'credit_code'], name='stacking_record_enterprise')],
                'constraints': [models.UniqueConstraint(fields=('programme', 'year', 'credit_code', 'project_code', 'contract_number'), name='stacking_record_once', violation_error_message='该记录已存在。')],
            },
        ),
        migrations.CreateModel(
            name='StackingRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='行号')),
                ('programme', models.CharField(choices=[('technical_upgrade_subsidy', '技改贴息'), ('technology_credit', '其他科技信贷扶持')], max_length=30, verbose_name='扶持政策')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('credit_code', models.CharField(max_length=18, verbose_name='统一社会信用代码')),
                ('project_code', models.CharField(blank=True, max_length=40, verbose_name='投资项目代码')),
                ('contract_number', models.CharField(blank=True, max_length=64, verbose_name='贷款合同编号')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stacking_rows', to='whitelist.importfile', verbose_name='导入文件')),
            ],
            options={
                'verbose_name': '其他扶持名单数据行',
                'verbose_name_plural': '其他扶持名单数据行',
                'ordering': ['file', 'row'],
            },
        ),
        migrations.CreateModel(
            name='TaxRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='行号')),
                ('credit_code', models.CharField(max_length=18, verbose_name='统一社会信用代码')),
                ('name', models.CharField(max_length=120, verbose_name='企业名称')),
                ('industry_code', models.CharField(max_length=5, verbose_name='行业代码')),
                ('registered_on', models.DateField(verbose_name='成立日期')),
                ('registered_capital', common.fields.MoneyField(decimal_places=2, help_text='元', max_digits=18, verbose_name='注册资本')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('rd_expense', common.fields.MoneyField(decimal_places=2, help_text='元', max_digits=18, verbose_name='研发费用')),
                ('revenue', common.fields.MoneyField(blank=True, decimal_places=2, help_text='元', max_digits=18, null=True, verbose_name='营业收入')),
                ('employees', models.PositiveIntegerField(blank=True, help_text='人', null=True, verbose_name='从业人员')),
                ('is_little_giant', models.BooleanField(blank=True, null=True, verbose_name='国家级专精特新“小巨人”')),
                ('is_municipal_key', models.BooleanField(blank=True, null=True, verbose_name='市重点工业企业')),
                ('outcome', models.CharField(blank=True, choices=[('new', '新增企业'), ('added', '新增年度数据'), ('unchanged', '无变化'), ('changed', '年度数据变更'), ('changed_after_listing', '列入后年度数据变更')], max_length=24, verbose_name='入库结果')),
                ('previous_rd_expense', common.fields.MoneyField(blank=True, decimal_places=2, help_text='元', max_digits=18, null=True, verbose_name='变更前研发费用')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.district', verbose_name='所得税归属')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tax_rows', to='whitelist.importfile', verbose_name='导入文件')),
            ],
            options={
                'verbose_name': '税务名单数据行',
                'verbose_name_plural': '税务名单数据行',
                'ordering': ['file', 'row'],
                'indexes': [models.Index(fields=['credit_code', 'year'], name='tax_row_enterprise_year')],
                'constraints': [models.UniqueConstraint(fields=('file', 'credit_code', 'year'), name='tax_row_once_per_file'), models.CheckConstraint(condition=models.Q(('rd_expense__gte', 0), ('registered_capital__gte', 0), models.Q(('revenue__isnull', True), ('revenue__gte', 0), _connector='OR')), name='tax_row_not_negative')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c8cb3757eee5247ae23036dc072c7d9bb6122541', operation='DELETE', pgid='pgtrigger_never_deleted_6e4f1', table='whitelist_delivery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='listed_investment_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."total_investment" IS DISTINCT FROM (NEW."total_investment") OR OLD."enterprise_id" IS DISTINCT FROM (NEW."enterprise_id") OR OLD."code" IS DISTINCT FROM (NEW."code"))', func="\n                    IF EXISTS (SELECT 1 FROM whitelist_entry WHERE project_id = OLD.id AND state = 'published') THEN\n                        RAISE EXCEPTION 'pgtrigger: a listed project keeps its code, enterprise and investment';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8f3414c6bbbedd1fd6f9b13861c40cfb82a5735a', operation='UPDATE', pgid='pgtrigger_listed_investment_stays_ae16d', table='whitelist_project', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['state', 'kind'], name='entry_state_kind'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('state', 'published')), fields=['expires_on'], name='entry_open_end'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'project'), ('project__isnull', False), ('route', 'application')), models.Q(('kind', 'rd'), ('project__isnull', True), models.Q(('route', 'application'), _negated=True)), _connector='OR'), name='entry_project_where_kind_is_project', violation_error_message='项目名单须对应项目并由企业申请；研发名单不对应项目。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'withdrawn')), models.Q(('is_eligible__isnull', False), ('policy_version__isnull', False), ('submitted_on__isnull', False)), _connector='OR'), name='entry_submitted_has_date_and_policy', violation_error_message='已提交的条目须有申请日期、适用政策和条件核对结果。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('returned', 'rejected', 'withdrawn')), _negated=True), models.Q(('return_reason', ''), _negated=True), _connector='OR'), name='entry_refused_has_reason', violation_error_message='退回、撤回或不予列入须写明理由。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('consultation', 'cleared', 'published', 'removed', 'expired')), _negated=True), models.Q(('consultation_round__gte', 1), ('decided_on__isnull', False)), _connector='OR'), name='entry_passed_city_has_date_and_round', violation_error_message='市级审核通过的条目须有审核日期。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('published', 'removed', 'expired')), ('batch__isnull', False), ('published_on__isnull', False)), models.Q(models.Q(('state__in', ('published', 'removed', 'expired')), _negated=True), ('batch__isnull', True), ('expires_on__isnull', True), ('published_on__isnull', True)), _connector='OR'), name='entry_listed_has_batch', violation_error_message='已发布的条目须有批次和发布日期，未发布的不得有。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('published', 'removed', 'expired')), _negated=True), ('is_eligible', True), _connector='OR'), name='entry_listed_is_eligible', violation_error_message='不符合条件的条目不得发布。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('published', 'removed', 'expired')), _negated=True), ('kind', 'rd'), models.Q(('expires_on__gt', models.F('published_on')), ('expires_on__isnull', False)), _connector='OR'), name='entry_listed_project_has_end', violation_error_message='已发布的项目须有有效期，且晚于发布日期。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_on__gte', models.F('published_on')), ('removed_on__isnull', False), ('state', 'removed'), models.Q(('removal_reason', ''), _negated=True)), models.Q(models.Q(('state', 'removed'), _negated=True), ('removal_reason', ''), ('removed_on__isnull', True)), _connector='OR'), name='entry_removed_has_date_and_reason', violation_error_message='移出须有日期和理由，且不早于发布日期。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('expired_on__gte', models.F('published_on')), ('expired_on__isnull', False), ('state', 'expired'), models.Q(('expiry_cause', ''), _negated=True)), ('state', 'removed'), models.Q(models.Q(('state__in', ('expired', 'removed')), _negated=True), ('expired_on__isnull', True), ('expiry_cause', '')), _connector='OR'), name='entry_expired_has_date_and_cause', violation_error_message='到期须有日期和原因，且不早于发布日期。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('last_year_rd_expense__isnull', True), ('last_year_rd_expense__gte', 0), _connector='OR'), name='entry_rd_expense_not_negative', violation_error_message='研发费用不能为负数。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('project__isnull', False), ('state__in', ('draft', 'county_review', 'returned', 'city_review', 'consultation', 'cleared', 'published'))), fields=('project',), name='entry_one_open_per_project', violation_error_message='该项目已在申请中或已列入白名单。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'rd'), ('state__in', ('draft', 'county_review', 'returned', 'city_review', 'consultation', 'cleared', 'published'))), fields=('enterprise', 'list_year'), name='entry_one_open_per_enterprise_and_year', violation_error_message='该企业本年度研发名单已在办理中或已列入。'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'rd'), ('state', 'published')), fields=('enterprise',), name='entry_one_listed_rd_per_enterprise', violation_error_message='该企业已列入研发白名单。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='legal_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{city_review:consultation,city_review:rejected,city_review:returned,city_review:withdrawn,cleared:city_review,cleared:published,cleared:rejected,consultation:city_review,consultation:cleared,consultation:rejected,county_review:city_review,county_review:rejected,county_review:returned,county_review:withdrawn,draft:city_review,draft:consultation,draft:county_review,draft:withdrawn,expired:removed,published:expired,published:removed,returned:county_review,returned:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='7f084b5237bdf640e341049453a8da7e4adc967c', operation='UPDATE', pgid='pgtrigger_legal_steps_f208a', table='whitelist_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='listed_stays_as_published', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'published\', \'removed\', \'expired\') AND (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."route" IS DISTINCT FROM (NEW."route") OR OLD."enterprise_id" IS DISTINCT FROM (NEW."enterprise_id") OR OLD."project_id" IS DISTINCT FROM (NEW."project_id") OR OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."list_year" IS DISTINCT FROM (NEW."list_year") OR OLD."policy_version_id" IS DISTINCT FROM (NEW."policy_version_id") OR OLD."checks" IS DISTINCT FROM (NEW."checks") OR OLD."is_eligible" IS DISTINCT FROM (NEW."is_eligible") OR OLD."holds_technical_upgrade_subsidy" IS DISTINCT FROM (NEW."holds_technical_upgrade_subsidy") OR OLD."other_technology_credit" IS DISTINCT FROM (NEW."other_technology_credit") OR OLD."is_newly_registered" IS DISTINCT FROM (NEW."is_newly_registered") OR OLD."submitted_on" IS DISTINCT FROM (NEW."submitted_on") OR OLD."decided_on" IS DISTINCT FROM (NEW."decided_on") OR OLD."consultation_round" IS DISTINCT FROM (NEW."consultation_round") OR OLD."batch_id" IS DISTINCT FROM (NEW."batch_id") OR OLD."published_on" IS DISTINCT FROM (NEW."published_on") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR (OLD."last_year_rd_expense" IS NOT NULL AND OLD."last_year_rd_expense" IS DISTINCT FROM (NEW."last_year_rd_expense"))))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='afc51da911a70a60f07492e1949a1c03ed2800f3', operation='UPDATE', pgid='pgtrigger_listed_stays_as_published_680f7', table='whitelist_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='47d72f323217f53a5f79babcb501d76b9c281686', operation='DELETE', pgid='pgtrigger_never_deleted_be870', table='whitelist_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taxrow',
            trigger=pgtrigger.compiler.Trigger(name='committed_rows_stay', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."outcome" > \'\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='d1776053f9ef2916afa1ab2a48103865f7fb84ce', operation='UPDATE', pgid='pgtrigger_committed_rows_stay_07adc', table='whitelist_taxrow', when='BEFORE')),
        ),
    ]
