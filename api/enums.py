"""Scopes, kinds and states of the interface for programs."""

from django.db import models


class Scope(models.TextChoices):
    """What a program may do; asked for with the token, granted per client."""

    READ = "read", "查询"
    DECIDE = "decide", "审批和签约"
    MONEY = "money", "放款、还本和逾期"
    REPORT = "report", "结算、对账和订阅"


class UploadKind(models.TextChoices):
    """What the rows of an upload record."""

    DRAWDOWN = "drawdown", "放款"
    REPAYMENT = "repayment", "还本"
    OVERDUE = "overdue", "转逾期"


class UploadFormat(models.TextChoices):
    """How an upload is written."""

    NDJSON = "ndjson", "NDJSON"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel 工作簿"


class UploadState(models.TextChoices):
    """Where an upload stands."""

    QUEUED = "queued", "待处理"
    RUNNING = "running", "处理中"
    DONE = "done", "已完成"


class RowOutcome(models.TextChoices):
    """What became of one row."""

    RECORDED = "recorded", "已登记"
    REPEATED = "repeated", "此前已登记"
    ACCEPTABLE = "acceptable", "校验通过"
    REJECTED = "rejected", "未登记"
