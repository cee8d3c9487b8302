import common.fields
import django.db.models.deletion
import django_fsm
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('loans', '0003_hold_caps'),
        ('parties', '0003_guards'),
        ('policy', '0006_later_decisions'),
    ]

    operations = [
        migrations.CreateModel(
            name='ResponseYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('year', models.PositiveSmallIntegerField(unique=True, verbose_name='年度')),
                ('state', django_fsm.FSMField(choices=[('running', '进行中'), ('trust_signed', '信托部分已报送'), ('disputed', '银行核对中'), ('locked', '已锁定')], default='running', max_length=14, protected=True, verbose_name='状态')),
                ('trust_signed_on', models.DateField(blank=True, null=True, verbose_name='信托统计报送日期')),
                ('trust_sha256', models.CharField(blank=True, max_length=64, verbose_name='信托统计摘要')),
                ('published_on', models.DateField(blank=True, null=True, verbose_name='发送核对日期')),
                ('locked_on', models.DateField(blank=True, null=True, verbose_name='锁定日期')),
                ('as_of', models.DateField(blank=True, null=True, verbose_name='截至日')),
                ('sha256', models.CharField(blank=True, help_text='SHA-256', max_length=64, verbose_name='锁定摘要')),
                ('dispute_deadline', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.deadline', verbose_name='核对期限')),
                ('locked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='锁定人')),
                ('policy_version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.policyversion', verbose_name='适用政策')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='发送人')),
                ('trust_deadline', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.deadline', verbose_name='信托统计报送期限')),
                ('trust_signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='信托统计签署人')),
            ],
            options={
                'verbose_name': '响应率',
                'verbose_name_plural': '响应率',
                'ordering': ['-year'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['running', 'trust_signed', 'disputed', 'locked'])), name='response_year_known_state', violation_error_message='年度状态不正确。'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('trust_signed_by__isnull', True), ('trust_signed_on__isnull', True)), models.Q(('trust_signed_by__isnull', False), ('trust_signed_on__isnull', False)), _connector='OR'), models.Q(models.Q(('state', 'trust_signed'), _negated=True), ('trust_signed_on__isnull', False), _connector='OR'), models.Q(models.Q(('state', 'running'), _negated=True), ('trust_signed_on__isnull', True), _connector='OR')), name='response_year_trust_signed', violation_error_message='信托统计报送须有日期和签署人。'), models.CheckConstraint(condition=models.Q(models.Q(('dispute_deadline__isnull', True), ('published_by__isnull', True), ('published_on__isnull', True), ('state__in', ['running', 'trust_signed'])), models.Q(('dispute_deadline__isnull', False), ('published_by__isnull', False), ('published_on__isnull', False), ('state__in', ['disputed', 'locked'])), _connector='OR'), name='response_year_published', violation_error_message='发送核对须有日期、发送人和核对期限。'), models.CheckConstraint(condition=models.Q(models.Q(('as_of__isnull', False), ('locked_by__isnull', False), ('locked_on__isnull', False), ('policy_version__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$'), ('state', 'locked')), models.Q(models.Q(('state', 'locked'), _negated=True), ('as_of__isnull', True), ('locked_by__isnull', True), ('locked_on__isnull', True), ('policy_version__isnull', True), ('sha256', '')), _connector='OR'), name='response_year_locked', violation_error_message='锁定须有日期、锁定人、截至日、适用政策和摘要。'), models.CheckConstraint(condition=models.Q(('locked_by__isnull', True), models.Q(('locked_by', models.F('published_by')), _negated=True), _connector='OR'), name='response_year_locked_by_another', violation_error_message='发送核对和锁定不得为同一人。')],
                'triggers': [pgtrigger.compiler.Trigger(name='response_year_no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='61992a882c05941e4cbbc37d589ef3b0945104e0', operation='DELETE', pgid='pgtrigger_response_year_no_delete_9cc33', table='reporting_responseyear', when='BEFORE')), pgtrigger.compiler.Trigger(name='response_year_legal_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{disputed:locked,running:disputed,running:trust_signed,trust_signed:disputed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='004d3b87252da8e043b0eba4bf0c84e02362bdc4', operation='UPDATE', pgid='pgtrigger_response_year_legal_steps_936e5', table='reporting_responseyear', when='BEFORE')), pgtrigger.compiler.Trigger(name='response_year_lock_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state = 'locked' AND (OLD.locked_on IS DISTINCT FROM NEW.locked_on OR OLD.locked_by_id IS DISTINCT FROM NEW.locked_by_id OR OLD.as_of IS DISTINCT FROM NEW.as_of OR OLD.sha256 IS DISTINCT FROM NEW.sha256 OR OLD.policy_version_id IS DISTINCT FROM NEW.policy_version_id))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b853f64a17d740cdc81a1b9b1945033914285319', operation='UPDATE', pgid='pgtrigger_response_year_lock_is_final_a6b57', table='reporting_responseyear', when='BEFORE'))],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='RateObjection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('asked', models.CharField(choices=[('in_time', '计为按时达到放款条件'), ('excluded', '不计入响应率')], max_length=16, verbose_name='请求')),
                ('reason', models.TextField(verbose_name='异议理由')),
                ('filed_at', models.DateTimeField(verbose_name='提出时间')),
                ('state', django_fsm.FSMField(choices=[('filed', '待答复'), ('proposed', '答复待复核'), ('answered', '已答复'), ('withdrawn', '已撤回')], default='filed', max_length=10, protected=True, verbose_name='状态')),
                ('verdict', models.CharField(blank=True, choices=[('changed', '予以调整'), ('upheld', '维持原结果')], max_length=10, verbose_name='处理结果')),
                ('ruled_as', models.CharField(blank=True, choices=[('in_time', '计为按时达到放款条件'), ('excluded', '不计入响应率')], max_length=16, verbose_name='调整为')),
                ('answer', models.TextField(blank=True, verbose_name='答复')),
                ('sent_back_reason', models.TextField(blank=True, verbose_name='退回理由')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='loans.application', verbose_name='融资申请')),
                ('bank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.institution', verbose_name='银行')),
                ('deadline', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.deadline', verbose_name='答复期限')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='复核人')),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='提出人')),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='拟定人')),
                ('year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='reporting.responseyear', verbose_name='年度')),
            ],
            options={
                'verbose_name': '响应率异议',
                'verbose_name_plural': '响应率异议',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('year', 'application'), name='rate_objection_once_per_application', violation_error_message='该笔申请本年度已提出异议。'), models.CheckConstraint(condition=models.Q(('asked__in', ['in_time', 'excluded']), ('state__in', ['filed', 'proposed', 'answered', 'withdrawn']), ('verdict__in', ['', 'changed', 'upheld']), ('ruled_as__in', ['', 'in_time', 'excluded'])), name='rate_objection_known_words', violation_error_message='请求、处理结果须从列表中选择。'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='rate_objection_reason_said', violation_error_message='异议须说明理由。'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('proposed_by__isnull', True), ('ruled_as', ''), ('state__in', ['filed', 'withdrawn']), ('verdict', '')), models.Q(('proposed_by__isnull', False), ('state__in', ['proposed', 'answered']), models.Q(('verdict', ''), _negated=True), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='rate_objection_answer_whole', violation_error_message='答复须有处理结果、内容和拟定人。'), models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'changed'), models.Q(('ruled_as', ''), _negated=True)), models.Q(models.Q(('verdict', 'changed'), _negated=True), ('ruled_as', '')), _connector='OR'), name='rate_objection_ruling_by_verdict', violation_error_message='予以调整的须选择调整为何种结果，维持原结果的不选。'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state', 'answered'), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), models.Q(models.Q(('state', 'answered'), _negated=True), ('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='rate_objection_decided_by_another', violation_error_message='答复须由拟定人以外的复核人员确认。')],
                'triggers': [pgtrigger.compiler.Trigger(name='rate_objection_no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='6608e5da38e7b69ef8d4dc70ecbfb169269130ce', operation='DELETE', pgid='pgtrigger_rate_objection_no_delete_276be', table='reporting_rateobjection', when='BEFORE')), pgtrigger.compiler.Trigger(name='rate_objection_legal_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{filed:proposed,filed:withdrawn,proposed:answered,proposed:filed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='0649ffbdecaf6c0f22c764283adc8579c766d7a2', operation='UPDATE', pgid='pgtrigger_rate_objection_legal_steps_bb6a2', table='reporting_rateobjection', when='BEFORE')), pgtrigger.compiler.Trigger(name='rate_objection_answer_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state = 'answered')", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='376293be9670e11aaf3cfb5df507b824dd3f8aa7', operation='UPDATE', pgid='pgtrigger_rate_objection_answer_is_final_9573a', table='reporting_rateobjection', when='BEFORE'))],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='FrozenRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('both', '两种模式合计'), ('special', '专项贷款模式'), ('trust', '信托服务模式')], max_length=10, verbose_name='模式')),
                ('size', models.CharField(choices=[('all', '全部企业'), ('sme', '中小微企业')], max_length=4, verbose_name='企业范围')),
                ('in_time', models.PositiveIntegerField(verbose_name='按时户数')),
                ('matured', models.PositiveIntegerField(verbose_name='到期户数')),
                ('outcomes', models.JSONField(verbose_name='各统计结果笔数')),
                ('decisions', models.PositiveIntegerField(verbose_name='已批复笔数')),
                ('decision_days', models.PositiveBigIntegerField(help_text='工作日', verbose_name='批复用时合计')),
                ('decision_median', models.PositiveIntegerField(null=True, verbose_name='批复用时中位数')),
                ('decision_ninetieth', models.PositiveIntegerField(null=True, verbose_name='批复用时90分位数')),
                ('conditions', models.PositiveIntegerField(verbose_name='达到放款条件笔数')),
                ('conditions_days', models.PositiveBigIntegerField(help_text='工作日', verbose_name='达到放款条件用时合计')),
                ('conditions_median', models.PositiveIntegerField(null=True, verbose_name='达到放款条件用时中位数')),
                ('conditions_ninetieth', models.PositiveIntegerField(null=True, verbose_name='达到放款条件用时90分位数')),
                ('bank', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.institution', verbose_name='银行')),
                ('year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='reporting.responseyear', verbose_name='年度')),
            ],
            options={
                'verbose_name': '锁定的响应率',
                'verbose_name_plural': '锁定的响应率',
                'constraints': [models.UniqueConstraint(fields=('year', 'bank', 'mode', 'size'), name='frozen_rate_once_per_cell', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('in_time__lte', models.F('matured'))), name='frozen_rate_in_time_counts', violation_error_message='按时户数不得多于到期户数。')],
            },
        ),
        migrations.CreateModel(
            name='FrozenCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('special', '专项贷款'), ('trust', '信托服务')], max_length=10, verbose_name='出资模式')),
                ('enterprise_size', models.CharField(choices=[('large', '大型'), ('medium', '中型'), ('small', '小型'), ('micro', '微型')], max_length=10, verbose_name='企业规模')),
                ('submitted_on', models.DateField(verbose_name='提交日期')),
                ('due_on', models.DateField(verbose_name='期满日')),
                ('decided_on', models.DateField(null=True, verbose_name='批复日期')),
                ('conditions_met_on', models.DateField(null=True, verbose_name='达到放款条件日期')),
                ('withdrawn_on', models.DateField(null=True, verbose_name='撤回日期')),
                ('to_decision', models.PositiveIntegerField(help_text='工作日', null=True, verbose_name='批复用时')),
                ('to_conditions', models.PositiveIntegerField(help_text='工作日', null=True, verbose_name='达到放款条件用时')),
                ('outcome', models.CharField(choices=[('in_time', '按时达到放款条件'), ('late', '逾期达到放款条件'), ('refused', '不予批复'), ('unmet', '期满未达到放款条件'), ('withdrawn', '期满前企业撤回'), ('not_matured', '未到期'), ('without_intent', '无合作意向'), ('excluded', '经异议认定不计入')], max_length=16, verbose_name='统计结果')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='loans.application', verbose_name='融资申请')),
                ('bank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.institution', verbose_name='银行')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.enterprise', verbose_name='企业')),
                ('year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='reporting.responseyear', verbose_name='年度')),
            ],
            options={
                'verbose_name': '锁定的申请明细',
                'verbose_name_plural': '锁定的申请明细',
                'constraints': [models.UniqueConstraint(fields=('year', 'application'), name='frozen_case_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['in_time', 'late', 'refused', 'unmet', 'withdrawn', 'without_intent', 'excluded'])), name='frozen_case_is_over', violation_error_message='锁定的年度不得有未到期的申请。')],
            },
        ),
    ]
