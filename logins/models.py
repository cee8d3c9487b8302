"""Sessions as their persons see them, earlier passwords, authenticators, recovery codes, and refusals on their way into the log."""

from django.conf import settings
from django.db import models
from django_otp.plugins.otp_totp.models import TOTPDevice

from logins.authenticators import opened_secret
from logins.rules import device_named
from parties.models import Institution, Member, RightsChange


class LoginSession(models.Model):
    """One session begun by a login: from where, with what, last seen when. ``epoch`` is the account's at the beginning."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="login_sessions", verbose_name="登录账号")
    session_key = models.CharField("会话", max_length=40, unique=True)
    epoch = models.PositiveIntegerField("账号版次")
    address = models.GenericIPAddressField("来源地址", null=True, blank=True)
    device = models.CharField("设备", max_length=200, blank=True)
    began_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近活动")

    class Meta:
        verbose_name = verbose_name_plural = "登录会话"
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return str(self.user.get_username())

    @property
    def device_name(self) -> str:
        """Return the device as people call it."""
        return device_named(self.device)


class LastLogin(models.Model):
    """The last login of an account, and how often somebody failed at it since."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="last", verbose_name="登录账号")
    at = models.DateTimeField("时间")
    address = models.GenericIPAddressField("来源地址", null=True, blank=True)
    failures = models.PositiveIntegerField("此后失败次数", default=0)
    told_release = models.CharField("已告知的更新", max_length=40, blank=True, default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "上次登录"

    def __str__(self) -> str:
        return f"{self.user.get_username()} {self.at:%Y-%m-%d %H:%M}"


class EarlierPassword(models.Model):
    """The hash of a password that an account has or had, so that it is not taken again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="登录账号")
    encoded = models.CharField("口令摘要", max_length=128)
    set_at = models.DateTimeField("设置时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "曾用口令"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user.get_username()} {self.set_at:%Y-%m-%d}"


class Authenticator(TOTPDevice):
    """
    django-otp's device, whose ``key`` holds an envelope instead of the secret.

    Under its library's own class such a row has no secret: asking it for a code fails, and verifies none.
    """

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "二次验证设备"

    @property
    def bin_key(self) -> bytes:
        """
        Return the secret.

        Raises:
            AuthenticatorUnreadable.
        """
        return opened_secret(self.key, user_id=self.user_id)


class RecoveryCode(models.Model):
    """The SHA-256 of a code that opens once in place of the authenticator; the code is shown once and stored nowhere."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes", verbose_name="登录账号")
    sha256 = models.CharField("SHA-256", max_length=64)
    issued_at = models.DateTimeField("生成时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "恢复码"
        constraints = [models.UniqueConstraint(fields=["user", "sha256"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user.get_username()} {self.issued_at:%Y-%m-%d}"


class Exempted(models.Model):
    """A house whose staff need no second factor; two persons of the operator decided it, as ``change`` says."""

    institution = models.OneToOneField(Institution, models.CASCADE, related_name="+", verbose_name="机构")
    change = models.ForeignKey(RightsChange, models.PROTECT, related_name="+", verbose_name="依据的权限事项")
    since = models.DateTimeField("自")

    class Meta:
        verbose_name = verbose_name_plural = "二次验证豁免"

    def __str__(self) -> str:
        return str(self.institution)


class RefusalKind(models.TextChoices):
    """What was refused; the value is the verb in the log."""

    LOGIN = "login.failed", "登录失败"
    LOCKED = "login.locked", "登录被锁定"
    FORBIDDEN = "access.forbidden", "越权访问被拒"
    NOT_FOUND = "access.not_found", "访问的记录不存在或不属于本单位"
    TOKEN = "token.refused", "接口令牌被拒"


class Refusal(models.Model):
    """
    How often one account was refused from one address in one minute; a job turns finished minutes into events.

    ``account`` is the name of a known account, ``#`` with a keyed hash for an unknown one, ``*`` where too many differ.
    """

    minute = models.DateTimeField("分钟")
    kind = models.CharField("类别", max_length=20, choices=RefusalKind.choices)
    account = models.CharField("账号", max_length=150)
    address = models.CharField("来源地址", max_length=45)
    member = models.ForeignKey(Member, models.CASCADE, null=True, related_name="+", verbose_name="成员")
    count = models.PositiveIntegerField("次数", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "登录与访问被拒"
        constraints = [models.UniqueConstraint(fields=["minute", "kind", "account", "address"], name="refusal_counted_once")]

    def __str__(self) -> str:
        return self.account


class TakenForm(models.Model):
    """A form that was taken, so that the same again is the first: kept in the transaction of its step."""

    token = models.UUIDField("表单标识", unique=True)
    step = models.CharField("办理事项", max_length=120)
    about = models.CharField("对象", max_length=200)
    content = models.CharField("内容摘要", max_length=40)
    standing = models.CharField("办理后状态摘要", max_length=24)
    made_type = models.CharField("结果类别", max_length=80, blank=True)
    made_id = models.CharField("结果标识", max_length=40, blank=True)
    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name="办理人")
    day = models.DateField("办理日期")
    at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = verbose_name_plural = "已办理表单"
        indexes = [models.Index(fields=["step", "about", "day", "-id"], name="taken_form_last")]

    def __str__(self) -> str:
        return f"{self.step} {self.at:%Y-%m-%d %H:%M}"
