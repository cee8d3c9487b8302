import common.fields
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import django_fsm
import parties.models.parties
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='District',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=30, unique=True, verbose_name='名称')),
                ('kind', models.CharField(max_length=20, verbose_name='类型')),
                ('is_live', models.BooleanField(default=True, verbose_name='办理业务')),
            ],
            options={
                'verbose_name': '县(市、区)',
                'verbose_name_plural': '县(市、区)',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(blank=True, max_length=50, verbose_name='姓名')),
                ('phone', common.fields.MobileField(blank=True, max_length=20, verbose_name='手机号码')),
                ('session_epoch', models.PositiveIntegerField(default=0, help_text='变更后此前的会话一律失效', verbose_name='会话版次')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '登录账号',
                'verbose_name_plural': '登录账号',
                'constraints': [models.UniqueConstraint(common.fields.TextKey('username'), name='user_named_once', violation_error_message='登录名已被使用，请换一个。'), models.CheckConstraint(condition=models.Q(('username__regex', '[\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u200b-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff]'), _negated=True), name='user_name_readable', violation_error_message='登录名不能含有空格和不可见字符。')],
            },
            managers=[
                ('objects', parties.models.parties.Accounts()),
            ],
        ),
        migrations.CreateModel(
            name='Enterprise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('credit_code', models.CharField(max_length=18, unique=True, verbose_name='统一社会信用代码')),
                ('name', models.CharField(db_index=True, max_length=120, verbose_name='企业名称')),
                ('industry_code', models.CharField(help_text='GB/T 4754-2017，如 C1951', max_length=5, verbose_name='行业代码')),
                ('industry_override_reason', models.CharField(blank=True, help_text='县级部门认定为工业企业的理由', max_length=200, verbose_name='行业认定理由')),
                ('registered_in_city', models.BooleanField(default=True, verbose_name='在本市注册')),
                ('registered_on', models.DateField(verbose_name='成立日期')),
                ('registered_capital', common.fields.MoneyField(decimal_places=2, help_text='元', max_digits=18, verbose_name='注册资本')),
                ('is_little_giant', models.BooleanField(default=False, verbose_name='国家级专精特新“小巨人”')),
                ('is_municipal_key', models.BooleanField(default=False, verbose_name='市重点工业企业')),
                ('contact_name', models.CharField(blank=True, max_length=50, verbose_name='联系人')),
                ('contact_phone', models.CharField(blank=True, max_length=20, verbose_name='联系电话')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='录入时间')),
            ],
            options={
                'verbose_name': '企业',
                'verbose_name_plural': '企业',
                'ordering': ['credit_code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('credit_code__regex', '^[0-9A-HJ-NPQRTUWXY]{18}$')), name='enterprise_credit_code_form', violation_error_message='统一社会信用代码须为18位数字或大写字母(不含I、O、S、V、Z)。'), models.CheckConstraint(condition=models.Q(('industry_code__regex', '^[A-T][0-9]{2,4}$')), name='enterprise_industry_code_form', violation_error_message='行业代码须为门类字母加2至4位数字，如C1951。'), models.CheckConstraint(condition=models.Q(('registered_capital__gte', 0)), name='enterprise_capital_not_negative', violation_error_message='注册资本不能为负数。')],
            },
        ),
        migrations.CreateModel(
            name='EnterpriseYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('rd_expense', common.fields.MoneyField(blank=True, decimal_places=2, help_text='元', max_digits=18, null=True, verbose_name='研发费用')),
                ('revenue', common.fields.MoneyField(blank=True, decimal_places=2, help_text='元', max_digits=18, null=True, verbose_name='营业收入')),
                ('employees', models.PositiveIntegerField(blank=True, help_text='人', null=True, verbose_name='从业人员')),
                ('source', models.CharField(choices=[('tax', '税务部门'), ('enterprise', '企业申报'), ('county', '县级核定')], max_length=12, verbose_name='来源')),
                ('source_reference', models.CharField(blank=True, max_length=120, verbose_name='来源文件')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='录入时间')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='years', to='parties.enterprise', verbose_name='企业')),
            ],
            options={
                'verbose_name': '企业年度数据',
                'verbose_name_plural': '企业年度数据',
                'ordering': ['enterprise', '-year'],
                'constraints': [models.UniqueConstraint(fields=('enterprise', 'year', 'source'), name='enterprise_year_once_per_source'), models.CheckConstraint(condition=models.Q(('source__in', ['tax', 'enterprise', 'county'])), name='enterprise_year_known_source', violation_error_message='请选择数据来源。'), models.CheckConstraint(condition=models.Q(models.Q(('rd_expense__isnull', True), ('rd_expense__gte', 0), _connector='OR'), models.Q(('revenue__isnull', True), ('revenue__gte', 0), _connector='OR')), name='enterprise_year_not_negative', violation_error_message='研发费用和营业收入不能为负数。')],
            },
        ),
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('kind', models.CharField(choices=[('city_industry', '市工信局'), ('city_science', '市科技局'), ('city_treasury', '市财政局'), ('city_finance_office', '市金融监管局'), ('county_industry', '县级工信部门'), ('county_treasury', '县级财政部门'), ('regulator', '金融监管总局泉州监管分局'), ('central_bank', '人民银行泉州市分行'), ('bank', '合作银行'), ('guarantor', '政府性融资担保公司'), ('fund_manager', '基金管理人(信托公司)'), ('contributor', '政府出资方'), ('fund_office', '基金系统')], max_length=24, verbose_name='类别')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='名称')),
                ('short_name', models.CharField(max_length=30, unique=True, verbose_name='简称')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='代号')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('is_operator', models.BooleanField(default=False, help_text='系统管理员、安全管理员和审计管理员所在的单位，全系统只有一个', verbose_name='系统运行单位')),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.district', verbose_name='所属县(市、区)')),
            ],
            options={
                'verbose_name': '机构',
                'verbose_name_plural': '机构',
                'ordering': ['kind', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('district__isnull', False), ('kind__in', ('county_industry', 'county_treasury'))), models.Q(models.Q(('kind__in', ('county_industry', 'county_treasury')), _negated=True), ('district__isnull', True)), _connector='OR'), name='institution_county_has_district', violation_error_message='县级部门须选择所属县(市、区)，其他机构不选。'), models.UniqueConstraint(common.fields.TextKey('name'), name='institution_name_once', violation_error_message='名称已被使用。'), models.UniqueConstraint(common.fields.TextKey('short_name'), name='institution_short_name_once', violation_error_message='简称已被使用。'), models.UniqueConstraint(common.fields.TextKey('code'), name='institution_code_once', violation_error_message='代号已被使用。'), models.UniqueConstraint(condition=models.Q(('kind__in', ('county_industry', 'county_treasury'))), fields=('kind', 'district'), name='institution_one_per_county_kind', violation_error_message='该县(市、区)的同类部门已存在。'), models.UniqueConstraint(condition=models.Q(('is_operator', True)), fields=('is_operator',), name='institution_one_operator', violation_error_message='系统运行单位只能有一个。')],
            },
        ),
        migrations.CreateModel(
            name='BankParticipation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('special', '专项贷款'), ('trust', '信托服务')], max_length=10, verbose_name='出资模式')),
                ('from_on', models.DateField(verbose_name='自')),
                ('until_on', models.DateField(blank=True, null=True, verbose_name='至(不含)')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('bank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participations', to='parties.institution', verbose_name='银行')),
            ],
            options={
                'verbose_name': '银行参与期间',
                'verbose_name_plural': '银行参与期间',
                'ordering': ['bank', 'mode', 'from_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('mode__in', ['special', 'trust'])), name='bank_participation_known_mode', violation_error_message='请选择出资模式。'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='bank_participation_begins_before_it_ends', violation_error_message='截止日不得早于起始日。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('mode', 'special')), expressions=[(models.Func(models.F('bank_id'), models.F('bank_id'), models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), (models.Func(models.F('from_on'), models.F('until_on'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='bank_participation_special_never_overlaps', violation_error_message='该银行在此模式下已有重叠的参与期间。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('mode', 'trust')), expressions=[(models.Func(models.F('bank_id'), models.F('bank_id'), models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), (models.Func(models.F('from_on'), models.F('until_on'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='bank_participation_trust_never_overlaps', violation_error_message='该银行在此模式下已有重叠的参与期间。')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('kind', models.CharField(choices=[('person', '人员'), ('program', '程序'), ('job', '定时任务')], default='person', max_length=8, verbose_name='类别')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('viewer', '查阅'), ('handler', '经办'), ('checker', '复核'), ('admin', '管理'), ('system', '系统管理员'), ('security', '安全管理员'), ('audit', '审计管理员')], max_length=10), size=None, verbose_name='角色')),
                ('from_on', models.DateField(verbose_name='自')),
                ('until_on', models.DateField(blank=True, null=True, verbose_name='至(不含)')),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='parties.enterprise', verbose_name='企业')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='parties.institution', verbose_name='机构')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='登录账号')),
            ],
            options={
                'verbose_name': '成员',
                'verbose_name_plural': '成员',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('enterprise__isnull', True), ('institution__isnull', False)), models.Q(('enterprise__isnull', False), ('institution__isnull', True)), _connector='OR'), name='member_serves_one_party', violation_error_message='成员须且只能属于一个机构或一家企业。'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'person'), ('user__isnull', False)), models.Q(('kind', 'person'), _negated=True), _connector='OR'), name='member_person_has_login', violation_error_message='人员须对应登录账号。'), models.CheckConstraint(condition=models.Q(('roles__contained_by', ['viewer', 'handler', 'checker', 'admin', 'system', 'security', 'audit']), ('roles__len__gte', 1)), name='member_has_known_roles', violation_error_message='须至少选择一个岗位。'), models.CheckConstraint(condition=models.Q(models.Q(('roles__overlap', ('system', 'security', 'audit')), _negated=True), models.Q(('enterprise__isnull', True), ('institution__isnull', False), ('kind', 'person'), ('roles__len', 1)), _connector='OR'), name='member_administrator_stands_alone', violation_error_message='系统管理员、安全管理员、审计管理员不得互相兼任，也不得兼任任何业务岗位。'), models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'program', 'job'])), name='member_known_kind', violation_error_message='请选择成员类别。'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='member_begins_before_it_ends', violation_error_message='截止日不得早于起始日。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('user__isnull', False)), expressions=[(models.Func(models.F('user_id'), models.F('user_id'), models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), (models.Func(models.F('from_on'), models.F('until_on'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='member_serves_one_party_at_a_time', violation_error_message='该账号在此期间已属于另一单位，一人同一时间只能为一个单位办理业务。')],
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('kind', models.CharField(max_length=40, verbose_name='类别')),
                ('action', models.CharField(choices=[('correct', '更正'), ('remove', '撤销未生效记录')], max_length=10, verbose_name='办理')),
                ('state', django_fsm.FSMField(choices=[('proposed', '待复核'), ('confirmed', '已生效'), ('refused', '复核不通过'), ('taken_back', '已撤回')], default='proposed', max_length=12, protected=True, verbose_name='状态')),
                ('row_id', models.BigIntegerField(verbose_name='记录编号')),
                ('part', models.CharField(blank=True, max_length=40, verbose_name='部分')),
                ('subject', models.CharField(max_length=200, verbose_name='对象')),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='更正前')),
                ('after', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='更正后')),
                ('reason', models.CharField(max_length=500, verbose_name='理由')),
                ('made_at', models.DateTimeField(verbose_name='提出时间')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='复核时间')),
                ('refusal', models.CharField(blank=True, max_length=500, verbose_name='不通过理由')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.institution', verbose_name='提出单位')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='复核人')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='提出人')),
            ],
            options={
                'verbose_name': '更正事项',
                'verbose_name_plural': '更正事项',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['kind', 'row_id'], name='correction_row')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('kind', 'row_id', 'part'), name='correction_waits_once', violation_error_message='该记录已有待复核的更正。'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='correction_says_why', violation_error_message='请填写更正理由。'), models.CheckConstraint(condition=models.Q(('action__in', ['correct', 'remove']), ('state__in', ['proposed', 'confirmed', 'refused', 'taken_back'])), name='correction_known_words', violation_error_message='更正事项的状态或办理方式不正确。'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='correction_decided_facts', violation_error_message='复核须记录复核人和时间。'), models.CheckConstraint(condition=models.Q(models.Q(('action', 'correct'), ('state__in', ('confirmed', 'refused')), _negated=True), models.Q(('decided_by', models.F('made_by')), _negated=True), _connector='OR'), name='correction_two_persons', violation_error_message='更正的提出人和复核人不得为同一人。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('refusal', ''), _negated=True), _connector='OR'), name='correction_refused_with_reason', violation_error_message='复核不通过须写明理由。')],
                'triggers': [pgtrigger.compiler.Trigger(name='correction_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c66b4089d2af1be3a7da017893601c37f7205872', operation='DELETE', pgid='pgtrigger_correction_never_deleted_a0254', table='parties_correction', when='BEFORE')), pgtrigger.compiler.Trigger(name='correction_stays_as_proposed', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state <> 'proposed' OR (OLD.kind, OLD.action, OLD.row_id, OLD.part, OLD.before, OLD.after, OLD.made_by_id) IS DISTINCT FROM (NEW.kind, NEW.action, NEW.row_id, NEW.part, NEW.before, NEW.after, NEW.made_by_id))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a97f4323ab67c7adc9d281f8f57ffad70f71cc90', operation='UPDATE', pgid='pgtrigger_correction_stays_as_proposed_c8dc9', table='parties_correction', when='BEFORE')), pgtrigger.compiler.Trigger(name='correction_legal_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{proposed:confirmed,proposed:refused,proposed:taken_back}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='becb6c5ae10485c0c1219d14d307e6d1ac68fefc', operation='UPDATE', pgid='pgtrigger_correction_legal_steps_88731', table='parties_correction', when='BEFORE'))],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='RightsChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('kind', models.CharField(max_length=40, verbose_name='事项')),
                ('state', django_fsm.FSMField(choices=[('proposed', '待确认'), ('confirmed', '已确认'), ('refused', '不予确认'), ('withdrawn', '已撤回'), ('expired', '已过期')], default='proposed', max_length=12, protected=True, verbose_name='状态')),
                ('subject', models.CharField(max_length=170, verbose_name='对象标识')),
                ('subject_label', models.CharField(max_length=120, verbose_name='对象')),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='变更前')),
                ('after', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='变更后')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='事由')),
                ('made_at', models.DateTimeField(verbose_name='提出时间')),
                ('ends_at', models.DateTimeField(verbose_name='有效期至')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='办理时间')),
                ('refusal', models.CharField(blank=True, max_length=300, verbose_name='不予确认的理由')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='办理人')),
                ('decided_by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人账号')),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.enterprise', verbose_name='所属企业')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.institution', verbose_name='所属机构')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='提出人')),
                ('made_by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人账号')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rights_changes', to='parties.member', verbose_name='成员')),
            ],
            options={
                'verbose_name': '权限事项',
                'verbose_name_plural': '权限事项',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['subject', '-id'], name='rights_change_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('enterprise__isnull', True), ('institution__isnull', False)), models.Q(('enterprise__isnull', False), ('institution__isnull', True)), _connector='OR'), name='rights_change_one_house', violation_error_message='权限事项须且只能属于一个机构或一家企业。'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('subject',), name='rights_change_waits_once', violation_error_message='该对象已有待确认的权限事项。'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state__in', ('proposed', 'expired'))), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ('confirmed', 'refused', 'withdrawn'))), _connector='OR'), name='rights_change_decided_facts', violation_error_message='确认须记录确认人和时间。'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('confirmed', 'refused')), _negated=True), ('kind__in', ('administrators.first', 'administrators.emergency')), models.Q(('decided_by_user__isnull', False), models.Q(('decided_by', models.F('made_by')), _negated=True), models.Q(('made_by_user__isnull', True), models.Q(('decided_by_user', models.F('made_by_user')), _negated=True), _connector='OR')), _connector='OR'), name='rights_change_two_persons', violation_error_message='提出人和确认人不得为同一人。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('refusal', ''), _negated=True), _connector='OR'), name='rights_change_refused_with_reason', violation_error_message='不予确认须写明理由。')],
                'triggers': [pgtrigger.compiler.Trigger(name='rights_legal_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{proposed:confirmed,proposed:expired,proposed:refused,proposed:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='483f434f45d20515f49f8e1de3409c56e01c8d2d', operation='UPDATE', pgid='pgtrigger_rights_legal_steps_c6d19', table='parties_rightschange', when='BEFORE'))],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_digest', models.CharField(max_length=64, verbose_name='交接码校验值')),
                ('issued_at', models.DateTimeField(verbose_name='签发时间')),
                ('ends_at', models.DateTimeField(verbose_name='有效期至')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='使用时间')),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='交接码错误次数')),
                ('change', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='handover', to='parties.rightschange', verbose_name='权限事项')),
            ],
            options={
                'verbose_name': '交接',
                'verbose_name_plural': '交接',
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('issued_at'))), name='handover_ends_after_it_begins', violation_error_message='交接的有效期须晚于签发时间。'), models.CheckConstraint(condition=models.Q(('used_at__isnull', True), models.Q(('used_at__gte', models.F('issued_at')), ('used_at__lt', models.F('ends_at'))), _connector='OR'), name='handover_used_in_time', violation_error_message='交接须在有效期内使用。')],
            },
        ),
        migrations.CreateModel(
            name='TaxHome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField(verbose_name='自')),
                ('until_on', models.DateField(blank=True, null=True, verbose_name='至(不含)')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.district', verbose_name='所得税归属')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tax_homes', to='parties.enterprise', verbose_name='企业')),
            ],
            options={
                'verbose_name': '所得税归属',
                'verbose_name_plural': '所得税归属',
                'ordering': ['enterprise', 'from_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='tax_home_begins_before_it_ends', violation_error_message='截止日不得早于起始日。'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('enterprise_id'), models.F('enterprise_id'), models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), (models.Func(models.F('from_on'), models.F('until_on'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='tax_home_never_overlaps', violation_error_message='该企业在同一期间已有所得税归属。')],
            },
        ),
    ]
