from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DemoRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seed', models.PositiveIntegerField(verbose_name='随机种子')),
                ('until', models.DateField(verbose_name='演示截至')),
                ('size', models.CharField(default='full', max_length=5, verbose_name='规模')),
                ('story', models.CharField(help_text='载入未完成时，只有同一程序可以接着载入', max_length=64, verbose_name='推演程序摘要')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
            ],
            options={
                'verbose_name': '演示载入',
                'verbose_name_plural': '演示载入',
            },
        ),
        migrations.CreateModel(
            name='DemoDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='日期')),
                ('hand', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='推演进程')),
                ('steps', models.PositiveIntegerField(verbose_name='步骤数')),
                ('seconds', models.FloatField(help_text='秒', verbose_name='用时')),
            ],
            options={
                'verbose_name': '演示进度',
                'verbose_name_plural': '演示进度',
                'ordering': ['day', 'hand'],
                'constraints': [models.UniqueConstraint(fields=('day', 'hand'), name='demo_day_of_hand', violation_error_message='该日的演示进度已有记录。')],
            },
        ),
    ]
