"""Many movements in one file, with what became of each row."""

from django.db import models
from django.db.models import F, Q

from api.enums import RowOutcome, UploadFormat, UploadKind, UploadState
from api.models.clients import ApiClient
from common.fields import PublicIdField


class Upload(models.Model):
    """One file of up to ten thousand rows; the job that works it may be killed and run again at any row."""

    public_id = PublicIdField()
    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="uploads", verbose_name="接口程序")
    kind = models.CharField("类别", max_length=10, choices=UploadKind.choices)
    file_format = models.CharField("格式", max_length=6, choices=UploadFormat.choices)
    check_only = models.BooleanField("只校验", default=False, help_text="只校验不登记")
    state = models.CharField("状态", max_length=8, choices=UploadState.choices, default=UploadState.QUEUED)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField("内容")
    row_count = models.PositiveIntegerField("行数")
    done_count = models.PositiveIntegerField("已处理行数", default=0)
    rejected_count = models.PositiveIntegerField("未登记行数", default=0)
    taken_at = models.DateTimeField("提交时间")
    worked_at = models.DateTimeField("最近处理时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批量提交"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="upload_done_within_rows", condition=Q(done_count__lte=F("row_count"))),
            models.CheckConstraint(name="upload_rejected_within_done", condition=Q(rejected_count__lte=F("done_count"))),
            models.CheckConstraint(
                name="upload_finished_when_done",
                condition=Q(state=UploadState.DONE, finished_at__isnull=False) | (~Q(state=UploadState.DONE) & Q(finished_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.row_count} 行"


class UploadRow(models.Model):
    """What became of one row; ``number`` counts from 1 as the bank's programmer sees the data rows."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="rows", verbose_name="批量提交")
    number = models.PositiveIntegerField("行号", help_text="数据行从 1 起，不计标题行")
    bank_reference = models.CharField("银行流水号", max_length=64, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=RowOutcome.choices)
    movement_id = models.UUIDField("贷款变动标识", null=True, blank=True)
    field = models.CharField("字段", max_length=60, blank=True)
    code = models.CharField("原因代码", max_length=60, blank=True)
    detail = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批量提交明细"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_row_once"),
            models.CheckConstraint(
                name="upload_row_rejected_with_code",
                condition=(Q(outcome=RowOutcome.REJECTED) & ~Q(code="")) | (~Q(outcome=RowOutcome.REJECTED) & Q(code="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upload} 第{self.number}行"
