"""What makes twice once: the answer kept under a key, and the bank's own reference of an object."""

from django.db import models
from django.db.models import Q

from api.models.clients import ApiClient
from common.fields import TextKey
from parties.models import Institution


class KeptAnswer(models.Model):
    """The answer to a write that succeeded, kept in the write's own transaction; a refusal leaves none, so a repeat is judged anew."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+", verbose_name="接口程序")
    key = models.CharField("幂等键", max_length=128)
    request_sha256 = models.CharField("请求摘要", max_length=64, help_text="方法、地址和内容的 SHA-256")
    status = models.PositiveSmallIntegerField("状态码")
    body = models.TextField("答复（密文）")  # it may hold a secret that is shown once: see api/services/repeats.py
    location = models.CharField("新对象地址", max_length=200, blank=True)
    kept_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "已保存的答复"
        indexes = [models.Index(fields=["kept_at"], name="kept_answer_age")]
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="kept_answer_once_per_key"),
            models.CheckConstraint(name="kept_answer_succeeded", condition=Q(status__gte=200, status__lt=300)),
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.key}"


class Reference(models.Model):
    """The number under which an institution keeps an object in its own books; one object per number and kind."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="+", verbose_name="机构")
    object_type = models.CharField("对象类别", max_length=60)
    object_id = models.UUIDField("对象标识")
    reference = models.CharField("业务编号", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "机构业务编号"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "object_type", "reference"],
                name="reference_names_one_object",
                violation_error_message="该业务编号已用于另一记录。",
            ),
            models.UniqueConstraint(
                "institution",
                "object_type",
                TextKey("reference"),
                name="reference_alike",
                violation_error_message="该业务编号已用于另一记录。",
            ),
            models.UniqueConstraint(
                fields=["institution", "object_type", "object_id"],
                name="reference_once_per_object",
                violation_error_message="该记录已有业务编号。",
            ),
            models.CheckConstraint(name="reference_written", condition=~Q(reference="")),
        ]

    def __str__(self) -> str:
        return self.reference
