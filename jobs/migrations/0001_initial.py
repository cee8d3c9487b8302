from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name='进程')),
                ('host', models.CharField(max_length=120, verbose_name='主机')),
                ('seen_at', models.DateTimeField(verbose_name='最近运行时间')),
                ('skew_seconds', models.FloatField(help_text='秒，正数为快', verbose_name='时钟偏差')),
            ],
            options={
                'verbose_name': '进程心跳',
                'verbose_name_plural': '进程心跳',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('name', models.CharField(max_length=100, primary_key=True, serialize=False, verbose_name='任务')),
                ('due_at', models.DateTimeField(verbose_name='应运行时间')),
                ('queued_at', models.DateTimeField(blank=True, help_text='最近一次因逾期而重新排队的时间', null=True, verbose_name='补发时间')),
                ('leased_until', models.DateTimeField(blank=True, null=True, verbose_name='占用至')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='最近开始时间')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='最近完成时间')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='连续失败次数')),
                ('last_error', models.CharField(blank=True, max_length=300, verbose_name='最近错误')),
            ],
            options={
                'verbose_name': '定时任务',
                'verbose_name_plural': '定时任务',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('leased_until__isnull', True), ('started_at__isnull', False), _connector='OR'), name='job_leased_once_started'), models.CheckConstraint(condition=models.Q(('failures', 0), models.Q(('last_error', ''), _negated=True), _connector='OR'), name='job_failure_has_error')],
            },
        ),
    ]
