import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=150, unique=True, verbose_name='唯一键')),
                ('kind', models.CharField(max_length=40, verbose_name='类别')),
                ('is_urgent', models.BooleanField(default=False, verbose_name='紧急')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('body', models.TextField(verbose_name='内容')),
                ('object_type', models.CharField(blank=True, max_length=60, verbose_name='对象类别')),
                ('object_id', models.CharField(blank=True, max_length=40, verbose_name='对象标识')),
                ('created_at', models.DateTimeField(verbose_name='发出时间')),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.enterprise', verbose_name='收件企业')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.institution', verbose_name='收件机构')),
            ],
            options={
                'verbose_name': '通知',
                'verbose_name_plural': '通知',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(fields=['institution', '-created_at'], name='notice_institution'), models.Index(fields=['enterprise', '-created_at'], name='notice_enterprise')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('enterprise__isnull', True), ('institution__isnull', False)), models.Q(('enterprise__isnull', False), ('institution__isnull', True)), _connector='OR'), name='notice_has_one_recipient', violation_error_message='通知须且只能发给一个机构或一家企业。')],
            },
        ),
        migrations.CreateModel(
            name='EmailDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, verbose_name='邮箱')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='已尝试次数')),
                ('due_at', models.DateTimeField(verbose_name='下次发送时间')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='发出时间')),
                ('given_up_at', models.DateTimeField(blank=True, null=True, verbose_name='放弃时间')),
                ('last_error', models.CharField(blank=True, max_length=300, verbose_name='最近错误')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='emails', to='notices.notice', verbose_name='通知')),
            ],
            options={
                'verbose_name': '邮件发送',
                'verbose_name_plural': '邮件发送',
                'indexes': [models.Index(condition=models.Q(('given_up_at__isnull', True), ('sent_at__isnull', True)), fields=['due_at'], name='email_delivery_waiting')],
                'constraints': [models.UniqueConstraint(fields=('notice', 'address'), name='email_delivery_once'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('given_up_at__isnull', True), _connector='OR'), name='email_delivery_sent_or_given_up')],
            },
        ),
        migrations.CreateModel(
            name='NoticeRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField(verbose_name='阅读时间')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='parties.member', verbose_name='成员')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reads', to='notices.notice', verbose_name='通知')),
            ],
            options={
                'verbose_name': '阅读记录',
                'verbose_name_plural': '阅读记录',
                'constraints': [models.UniqueConstraint(fields=('notice', 'member'), name='notice_read_once')],
            },
        ),
    ]
