import common.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', common.fields.PublicIdField()),
                ('owner_type', models.CharField(max_length=60, verbose_name='所属对象类别')),
                ('owner_id', models.UUIDField(verbose_name='所属对象')),
                ('kind', models.CharField(max_length=40, verbose_name='材料类别')),
                ('filename', models.CharField(max_length=200, verbose_name='文件名')),
                ('content_type', models.CharField(max_length=100, verbose_name='类型')),
                ('size', models.PositiveIntegerField(help_text='字节', verbose_name='大小')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='撤下时间')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200, verbose_name='撤下原因')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.member', verbose_name='上传人')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.member', verbose_name='撤下人')),
            ],
            options={
                'verbose_name': '材料',
                'verbose_name_plural': '材料',
                'ordering': ['uploaded_at', 'id'],
                'indexes': [models.Index(fields=['owner_id', 'owner_type'], name='document_owner')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='document_sha256_form'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True), ('withdrawn_reason', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='document_withdrawn_with_reason', violation_error_message='撤下材料须写明撤下人和原因。')],
            },
        ),
    ]
