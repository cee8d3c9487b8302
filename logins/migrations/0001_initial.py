import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('otp_totp', '0003_add_timestamps'),
        ('parties', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Authenticator',
            fields=[
            ],
            options={
                'verbose_name': '二次验证设备',
                'verbose_name_plural': '二次验证设备',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('otp_totp.totpdevice',),
        ),
        migrations.CreateModel(
            name='EarlierPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('encoded', models.CharField(max_length=128, verbose_name='口令摘要')),
                ('set_at', models.DateTimeField(auto_now_add=True, verbose_name='设置时间')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登录账号')),
            ],
            options={
                'verbose_name': '曾用口令',
                'verbose_name_plural': '曾用口令',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Exempted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='自')),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.rightschange', verbose_name='依据的权限事项')),
                ('institution', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='parties.institution', verbose_name='机构')),
            ],
            options={
                'verbose_name': '二次验证豁免',
                'verbose_name_plural': '二次验证豁免',
            },
        ),
        migrations.CreateModel(
            name='LastLogin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='来源地址')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='此后失败次数')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='last', to=settings.AUTH_USER_MODEL, verbose_name='登录账号')),
            ],
            options={
                'verbose_name': '上次登录',
                'verbose_name_plural': '上次登录',
            },
        ),
        migrations.CreateModel(
            name='LoginSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_key', models.CharField(max_length=40, unique=True, verbose_name='会话')),
                ('epoch', models.PositiveIntegerField(verbose_name='账号版次')),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='来源地址')),
                ('device', models.CharField(blank=True, max_length=200, verbose_name='设备')),
                ('began_at', models.DateTimeField(verbose_name='登录时间')),
                ('seen_at', models.DateTimeField(verbose_name='最近活动')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='login_sessions', to=settings.AUTH_USER_MODEL, verbose_name='登录账号')),
            ],
            options={
                'verbose_name': '登录会话',
                'verbose_name_plural': '登录会话',
                'ordering': ['-seen_at'],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('issued_at', models.DateTimeField(verbose_name='生成时间')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='使用时间')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL, verbose_name='登录账号')),
            ],
            options={
                'verbose_name': '恢复码',
                'verbose_name_plural': '恢复码',
                'constraints': [models.UniqueConstraint(fields=('user', 'sha256'), name='recovery_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minute', models.DateTimeField(verbose_name='分钟')),
                ('kind', models.CharField(choices=[('login.failed', '登录失败'), ('login.locked', '登录被锁定'), ('access.forbidden', '越权访问被拒'), ('access.not_found', '访问的记录不存在或不属于本单位'), ('token.refused', '接口令牌被拒')], max_length=20, verbose_name='类别')),
                ('account', models.CharField(max_length=150, verbose_name='账号')),
                ('address', models.CharField(max_length=45, verbose_name='来源地址')),
                ('count', models.PositiveIntegerField(default=1, verbose_name='次数')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='parties.member', verbose_name='成员')),
            ],
            options={
                'verbose_name': '登录与访问被拒',
                'verbose_name_plural': '登录与访问被拒',
                'constraints': [models.UniqueConstraint(fields=('minute', 'kind', 'account', 'address'), name='refusal_counted_once')],
            },
        ),
        migrations.CreateModel(
            name='TakenForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(unique=True, verbose_name='表单标识')),
                ('step', models.CharField(max_length=120, verbose_name='办理事项')),
                ('about', models.CharField(max_length=200, verbose_name='对象')),
                ('content', models.CharField(max_length=40, verbose_name='内容摘要')),
                ('standing', models.CharField(max_length=24, verbose_name='办理后状态摘要')),
                ('made_type', models.CharField(blank=True, max_length=80, verbose_name='结果类别')),
                ('made_id', models.CharField(blank=True, max_length=40, verbose_name='结果标识')),
                ('day', models.DateField(verbose_name='办理日期')),
                ('at', models.DateTimeField(verbose_name='办理时间')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='parties.member', verbose_name='办理人')),
            ],
            options={
                'verbose_name': '已办理表单',
                'verbose_name_plural': '已办理表单',
                'indexes': [models.Index(fields=['step', 'about', 'day', '-id'], name='taken_form_last')],
            },
        ),
    ]
