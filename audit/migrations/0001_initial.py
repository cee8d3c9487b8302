import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(max_length=60, verbose_name='动作')),
                ('object_type', models.CharField(max_length=60, verbose_name='对象类别')),
                ('object_id', models.CharField(max_length=40, verbose_name='对象标识')),
                ('object_label', models.CharField(max_length=200, verbose_name='对象')),
                ('actor_id', models.BigIntegerField(verbose_name='成员编号')),
                ('actor_name', models.CharField(max_length=60, verbose_name='经办')),
                ('actor_kind', models.CharField(max_length=8, verbose_name='成员类别')),
                ('party_id', models.CharField(max_length=40, verbose_name='机构标识')),
                ('party_name', models.CharField(max_length=120, verbose_name='机构')),
                ('bank_id', models.BigIntegerField(blank=True, help_text='决定哪家银行可见', null=True, verbose_name='相关银行')),
                ('district_id', models.BigIntegerField(blank=True, null=True, verbose_name='相关县(市、区)')),
                ('enterprise_id', models.BigIntegerField(blank=True, null=True, verbose_name='相关企业')),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='变更前')),
                ('after', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='变更后')),
                ('remark', models.TextField(blank=True, verbose_name='说明')),
                ('source_address', models.GenericIPAddressField(blank=True, null=True, verbose_name='来源地址')),
                ('occurred_at', models.DateTimeField(verbose_name='发生时间')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='记录时间')),
                ('transaction', models.BigIntegerField(db_default=django.db.models.expressions.RawSQL('(pg_current_xact_id()::text)::bigint', []), verbose_name='事务编号')),
            ],
            options={
                'verbose_name': '审计事件',
                'verbose_name_plural': '审计事件',
                'indexes': [models.Index(fields=['object_type', 'object_id', 'id'], name='event_object'), models.Index(fields=['transaction', 'id'], name='event_order'), models.Index(condition=models.Q(('verb', 'opened'), _negated=True), fields=['object_type', 'object_id', 'id'], name='event_change')],
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='序号')),
                ('previous_digest', models.CharField(max_length=64, verbose_name='上一批摘要')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='摘要')),
                ('events_count', models.PositiveIntegerField(verbose_name='事件数')),
                ('horizon', models.BigIntegerField(blank=True, null=True, verbose_name='完整至事务编号')),
                ('cluster', models.CharField(max_length=20, verbose_name='数据库标识')),
                ('sealed_at', models.DateTimeField(verbose_name='封存时间')),
            ],
            options={
                'verbose_name': '审计封存批次',
                'verbose_name_plural': '审计封存批次',
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='seal_number_positive'), models.CheckConstraint(condition=models.Q(('events_count__gte', 1)), name='seal_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='SealedEvent',
            fields=[
                ('event', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='seal', serialize=False, to='audit.event', verbose_name='事件')),
                ('position', models.PositiveIntegerField(verbose_name='批内序号')),
                ('digest', models.CharField(max_length=64, verbose_name='摘要')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sealed_events', to='audit.seal', verbose_name='批次')),
            ],
            options={
                'verbose_name': '已封存事件',
                'verbose_name_plural': '已封存事件',
                'constraints': [models.UniqueConstraint(fields=('batch', 'position'), name='sealed_event_place_once')],
            },
        ),
    ]
