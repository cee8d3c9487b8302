import common.fields
import django.contrib.postgres.constraints
import django.db.models.deletion
import django_fsm
import pgtrigger.compiler
import policy.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Clause',
            fields=[
                ('id', models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name='编号')),
                ('place', models.CharField(max_length=30, verbose_name='位置')),
                ('wording', models.TextField(verbose_name='内容')),
                ('position', models.PositiveSmallIntegerField(unique=True, verbose_name='顺序')),
            ],
            options={
                'verbose_name': '条款',
                'verbose_name_plural': '条款',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.CharField(max_length=6, primary_key=True, serialize=False, verbose_name='编号')),
                ('point', models.CharField(max_length=100, verbose_name='事项')),
                ('wording', models.TextField(verbose_name='解释')),
                ('position', models.PositiveSmallIntegerField(unique=True, verbose_name='顺序')),
            ],
            options={
                'verbose_name': '解释口径',
                'verbose_name_plural': '解释口径',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='ReturnRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rate', common.fields.RateField(decimal_places=6, help_text='年利率，小数', max_digits=9, verbose_name='银行回报利率')),
                ('effective_on', models.DateField(unique=True, verbose_name='生效日期')),
                ('running_loans_from', models.DateField(blank=True, null=True, verbose_name='存量贷款适用自')),
                ('weights', models.JSONField(default=dict, verbose_name='权重')),
                ('document_number', models.CharField(max_length=60, verbose_name='决定文号')),
                ('decided_on', models.DateField(verbose_name='决定日期')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='录入时间')),
            ],
            options={
                'verbose_name': '回报利率',
                'verbose_name_plural': '回报利率',
                'ordering': ['effective_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('rate__gt', 0), ('rate__lt', 1)), name='return_rate_is_a_rate', violation_error_message='回报利率须大于 0%、小于 100%（例如 3.2%）。'), models.CheckConstraint(condition=models.Q(('running_loans_from__isnull', True), ('running_loans_from__gte', models.F('effective_on')), _connector='OR'), name='return_rate_running_loans_not_before_effect', violation_error_message='存量贷款的适用日期不得早于生效日期。')],
            },
        ),
        migrations.CreateModel(
            name='CalendarNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('published_on', models.DateField(blank=True, null=True, verbose_name='发布日期')),
                ('source_url', models.URLField(blank=True, verbose_name='来源')),
                ('is_provisional', models.BooleanField(default=False, verbose_name='暂定')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='录入时间')),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.member', verbose_name='录入人')),
            ],
            options={
                'verbose_name': '放假安排',
                'verbose_name_plural': '放假安排',
                'ordering': ['year', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('is_provisional', True), models.Q(('document_number', ''), _negated=True), models.Q(('source_url', ''), _negated=True), _connector='OR'), name='calendar_notice_is_official_or_provisional', violation_error_message='正式放假安排须填写文号或来源。')],
            },
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='日期')),
                ('is_off', models.BooleanField(verbose_name='放假')),
                ('name', models.CharField(blank=True, max_length=30, verbose_name='节日')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='policy.calendarnotice', verbose_name='放假安排')),
            ],
            options={
                'verbose_name': '日历日',
                'verbose_name_plural': '日历日',
                'ordering': ['on'],
                'constraints': [models.UniqueConstraint(fields=('notice', 'on'), name='calendar_day_once_per_notice')],
            },
        ),
        migrations.CreateModel(
            name='Deadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_on', models.DateField(verbose_name='起算日')),
                ('working_days', models.PositiveSmallIntegerField(verbose_name='工作日数')),
                ('due_on', models.DateField(verbose_name='到期日')),
                ('is_provisional', models.BooleanField(default=False, verbose_name='暂定')),
                ('calendar_version', models.PositiveIntegerField(verbose_name='日历版本')),
                ('clause', models.CharField(max_length=20, verbose_name='依据')),
                ('purpose', models.CharField(max_length=60, verbose_name='事项')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='办结日')),
            ],
            options={
                'verbose_name': '期限',
                'verbose_name_plural': '期限',
                'indexes': [models.Index(condition=models.Q(('closed_on__isnull', True)), fields=['due_on'], name='deadline_open_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('started_on'))), name='deadline_due_not_before_start', violation_error_message='到期日不得早于起算日。'), models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('started_on')), _connector='OR'), name='deadline_closed_not_before_start', violation_error_message='办结日不得早于起算日。')],
            },
        ),
        migrations.CreateModel(
            name='DeadlineChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_due_on', models.DateField(verbose_name='原到期日')),
                ('new_due_on', models.DateField(verbose_name='新到期日')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='记录时间')),
                ('deadline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='policy.deadline')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='policy.calendarnotice')),
            ],
            options={
                'verbose_name': '期限变更',
                'verbose_name_plural': '期限变更',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('deadline', 'notice'), name='deadline_change_once_per_notice'), models.CheckConstraint(condition=models.Q(('old_due_on', models.F('new_due_on')), _negated=True), name='deadline_change_moves', violation_error_message='期限没有变化。')],
            },
        ),
        migrations.CreateModel(
            name='NoticeProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('kind', models.CharField(choices=[('whole_year', '全年安排'), ('amends', '调整原安排')], max_length=10, verbose_name='性质')),
                ('document_number', models.CharField(max_length=60, verbose_name='文号')),
                ('published_on', models.DateField(verbose_name='发布日期')),
                ('source_url', models.URLField(blank=True, verbose_name='来源')),
                ('off', models.JSONField(default=list, verbose_name='放假')),
                ('makeup', models.JSONField(blank=True, default=list, verbose_name='调休上班')),
                ('restored', models.JSONField(blank=True, default=list, verbose_name='恢复常规')),
                ('made_at', models.DateTimeField(verbose_name='录入时间')),
                ('state', django_fsm.FSMField(choices=[('waiting', '待复核'), ('confirmed', '已生效'), ('refused', '复核不通过')], default='waiting', max_length=10, protected=True, verbose_name='状态')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='复核时间')),
                ('refusal', models.TextField(blank=True, verbose_name='退回理由')),
                ('base', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.calendarnotice', verbose_name='原安排')),
                ('checked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='复核人')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='录入人')),
                ('notice', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposal', to='policy.calendarnotice', verbose_name='放假安排')),
            ],
            options={
                'verbose_name': '待复核放假安排',
                'verbose_name_plural': '待复核放假安排',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('year',), name='notice_proposal_waits_once', violation_error_message='该年度已有待复核的放假安排，请先复核或退回。'), models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True), ('notice__isnull', True), ('refusal', ''), ('state', 'waiting')), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False), ('notice__isnull', False), ('refusal', ''), ('state', 'confirmed')), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False), ('notice__isnull', True), ('state', 'refused'), models.Q(('refusal', ''), _negated=True)), _connector='OR'), name='notice_proposal_state_checked', violation_error_message='复核通过须对应放假安排，退回须有理由。'), models.CheckConstraint(condition=models.Q(('checked_by__isnull', True), models.Q(('checked_by', models.F('made_by')), _negated=True), _connector='OR'), name='notice_proposal_checker_is_another', violation_error_message='录入和复核不得为同一人。')],
                'triggers': [pgtrigger.compiler.Trigger(name='notice_proposal_legal_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:confirmed,waiting:refused}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='17098c8ad38eeb00b8f6c46ca5ba22f16f89f0a6', operation='UPDATE', pgid='pgtrigger_notice_proposal_legal_steps_06d8e', table='policy_noticeproposal', when='BEFORE'))],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True, verbose_name='版本号')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('valid_from', models.DateField(verbose_name='自')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='至(不含)')),
                ('terms', models.JSONField(verbose_name='条款参数')),
            ],
            options={
                'verbose_name': '政策版本',
                'verbose_name_plural': '政策版本',
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='policy_version_period', violation_error_message='止期须晚于起期。'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(policy.models.DateRange('valid_from', 'valid_until'), '&&')], name='policy_version_no_overlap', violation_error_message='有效期与其他政策版本重叠，请核对起止日期。')],
                'triggers': [pgtrigger.compiler.Trigger(name='policy_version_terms_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."terms" IS DISTINCT FROM (NEW."terms") OR OLD."number" IS DISTINCT FROM (NEW."number"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b5ea2af759037c6e6b0e57a08e634adbd1b43a1c', operation='UPDATE', pgid='pgtrigger_policy_version_terms_fixed_d150b', table='policy_policyversion', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_on', models.DateField(verbose_name='确认日期')),
                ('document_number', models.CharField(max_length=60, verbose_name='文号')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.institution', verbose_name='确认机构')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.member', verbose_name='录入人')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='policy.decision', verbose_name='解释口径')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='policy.policyversion', verbose_name='政策版本')),
            ],
            options={
                'verbose_name': '解释确认',
                'verbose_name_plural': '解释确认',
                'constraints': [models.UniqueConstraint(fields=('version', 'decision', 'institution'), name='confirmation_once')],
            },
        ),
    ]
