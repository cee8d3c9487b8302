"""Files with their hash, checked type and size; seen only through the case that owns them."""

from django.db import models

from common.fields import PublicIdField
from parties.models import Member


class Document(models.Model):
    """One uploaded file. The bytes lie under their SHA-256; the row is never changed, only withdrawn."""

    public_id = PublicIdField()
    owner_type = models.CharField("所属对象类别", max_length=60)
    owner_id = models.UUIDField("所属对象")
    kind = models.CharField("材料类别", max_length=40)
    filename = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小", help_text="字节")
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(Member, models.PROTECT, verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤下人")
    withdrawn_reason = models.CharField("撤下原因", max_length=200, blank=True)

    laid_before = False  # of what an upload gives back: whether it lay there already, so that nothing was added

    class Meta:
        verbose_name = verbose_name_plural = "材料"
        ordering = ["uploaded_at", "id"]
        indexes = [models.Index(fields=["owner_id", "owner_type"], name="document_owner")]
        constraints = [
            models.CheckConstraint(name="document_sha256_form", condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="document_withdrawn_with_reason",
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_reason="")),
                violation_error_message="撤下材料须写明撤下人和原因。",
            ),
        ]

    def __str__(self) -> str:
        return self.filename
