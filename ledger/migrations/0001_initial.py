import common.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('through', models.DateField(unique=True, verbose_name='截至(含)')),
                ('first_open_entry', models.BigIntegerField(verbose_name='其后凭证最小编号')),
                ('last_closed_entry', models.BigIntegerField(verbose_name='截至该日凭证最大编号')),
                ('closed_at', models.DateTimeField(verbose_name='结账时间')),
            ],
            options={
                'verbose_name': '日终结账',
                'verbose_name_plural': '日终结账',
                'ordering': ['through'],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=80, verbose_name='账户代号')),
                ('purpose', models.CharField(choices=[('subsidy_budget', '贴息预算'), ('compensation_budget', '风险补偿预算'), ('guarantee', '代偿资金'), ('fee_pool', '增信服务费'), ('trust', '信托专户'), ('current', '往来款')], max_length=24, verbose_name='用途')),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='parties.enterprise', verbose_name='企业')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='parties.institution', verbose_name='机构')),
            ],
            options={
                'verbose_name': '账户',
                'verbose_name_plural': '账户',
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(fields=('code',), name='account_code_once', violation_error_message='该账户已存在。'), models.CheckConstraint(condition=models.Q(models.Q(('enterprise__isnull', True), ('institution__isnull', False)), models.Q(('enterprise__isnull', False), ('institution__isnull', True)), _connector='OR'), name='account_of_one_party', violation_error_message='账户须且只能属于一个机构或一家企业。')],
            },
        ),
        migrations.CreateModel(
            name='ClosedBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('through', models.DateField(verbose_name='截至(含)')),
                ('balance', common.fields.MoneyField(decimal_places=2, help_text='元', max_digits=18, verbose_name='余额')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='closed_balances', to='ledger.account', verbose_name='账户')),
                ('closing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='ledger.closing', verbose_name='日终结账')),
            ],
            options={
                'verbose_name': '日终余额',
                'verbose_name_plural': '日终余额',
                'ordering': ['account', 'through'],
                'constraints': [models.UniqueConstraint(fields=('account', 'through'), name='closed_balance_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=160, verbose_name='记账键')),
                ('kind', models.CharField(choices=[('subsidy_payment', '拨付贴息'), ('subsidy_pass_on', '转付贴息'), ('compensation', '支付风险补偿'), ('recovery_return', '退回追偿款'), ('enhancement_fee', '收取增信服务费'), ('guarantee_fee', '收取担保费'), ('reversal', '冲正')], max_length=24, verbose_name='类别')),
                ('value_on', models.DateField(help_text='款项实际收付的日期', verbose_name='起息日')),
                ('posted_on', models.DateField(help_text='不得早于已记账的最后一日', verbose_name='记账日')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='记录时间')),
                ('description', models.CharField(max_length=200, verbose_name='摘要')),
                ('clause', models.CharField(max_length=20, verbose_name='依据')),
                ('object_type', models.CharField(max_length=60, verbose_name='对象类别')),
                ('object_id', models.CharField(max_length=40, verbose_name='对象标识')),
                ('reverses', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='ledger.entry', verbose_name='冲正对象')),
            ],
            options={
                'verbose_name': '记账凭证',
                'verbose_name_plural': '记账凭证',
                'ordering': ['id'],
                'indexes': [models.Index(fields=['posted_on'], name='entry_posted_on'), models.Index(fields=['object_type', 'object_id'], name='entry_object')],
                'constraints': [models.UniqueConstraint(fields=('key',), name='entry_key_once', violation_error_message='该事项已记账。'), models.UniqueConstraint(condition=models.Q(('reverses__isnull', False)), fields=('reverses',), name='entry_reversed_once', violation_error_message='该凭证已冲正。'), models.CheckConstraint(condition=models.Q(('posted_on__gte', models.F('value_on'))), name='entry_posted_from_value_day_on', violation_error_message='记账日不得早于款项收付的日期。')],
            },
        ),
        migrations.CreateModel(
            name='Leg',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='序号')),
                ('amount', common.fields.MoneyField(decimal_places=2, help_text='元，正数为收入，负数为支出', max_digits=18, verbose_name='金额')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='legs', to='ledger.account', verbose_name='账户')),
                ('entry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='legs', to='ledger.entry', verbose_name='凭证')),
            ],
            options={
                'verbose_name': '记账分录',
                'verbose_name_plural': '记账分录',
                'ordering': ['entry_id', 'position'],
                'indexes': [models.Index(fields=['account', 'entry'], name='leg_account')],
                'constraints': [models.UniqueConstraint(fields=('entry', 'position'), name='leg_position_once'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='leg_amount_not_zero', violation_error_message='分录金额不能为零。')],
            },
        ),
    ]
