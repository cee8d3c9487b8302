"""A program that calls the interface: for whom it acts, what it may do, from where, how often, and its secrets."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from api.enums import Scope
from common.fields import PublicIdField
from parties.models import Member

MOST_VALID_SECRETS = 2  # the old and the new one, so that a rotation stops nobody


class ApiClient(models.Model):
    """
    One system of a bank, the fund manager or a guarantor; it acts as one member of kind ``program``.

    ``application`` is its row of the OAuth server; what that row holds as a secret opens nothing: only ``ClientSecret`` counts.
    """

    public_id = PublicIdField()
    application = models.OneToOneField("oauth2_provider.Application", models.PROTECT, related_name="api_client", verbose_name="OAuth 应用")
    member = models.OneToOneField(Member, models.PROTECT, related_name="api_client", verbose_name="接口成员")
    name = models.CharField("名称", max_length=60)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices), verbose_name="权限范围")
    networks = ArrayField(models.CharField(max_length=43), default=list, blank=True, verbose_name="允许的来源网段", help_text="空为不限")
    requests_per_minute = models.PositiveIntegerField("每分钟请求上限", help_text="次")
    is_active = models.BooleanField("启用", default=True)
    opened_at = models.DateTimeField("开通时间")
    opened_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="开通人")

    class Meta:
        verbose_name = verbose_name_plural = "接口程序"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                name="api_client_has_known_scopes",
                condition=Q(scopes__len__gte=1, scopes__contained_by=Scope.values),
                violation_error_message="请至少选择一个权限范围。",
            ),
            models.CheckConstraint(
                name="api_client_may_ask", condition=Q(requests_per_minute__gte=1), violation_error_message="每分钟请求上限须大于零。"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClientSecret(models.Model):
    """The SHA-256 of one secret; the secret itself is shown once and stored nowhere. It is random, so no slow hash is needed."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="secrets", verbose_name="接口程序")
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    issued_at = models.DateTimeField("签发时间")
    ends_at = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口密钥"
        ordering = ["client", "issued_at"]
        constraints = [
            models.CheckConstraint(name="client_secret_sha256_form", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="client_secret_begins_before_it_ends",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("issued_at")),
                violation_error_message="失效时间不得早于签发时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.issued_at:%Y-%m-%d}"
