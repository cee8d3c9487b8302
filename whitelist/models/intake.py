"""Imported lists: the file, its rows as they came, what was wrong with them, and what screening made of them."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField
from common.fsm import fsm_transition, legal_steps
from parties.models import DecidedFact, District, Enterprise, Member
from policy.models import PolicyVersion
from whitelist.enums import ImportKind, ImportState, Programme, RowOutcome
from whitelist.import_transitions import IMPORT_STEP, IMPORT_STEPS


class ImportFile(FSMModelMixin, models.Model):
    """One file of one kind, known by its hash. ``accepted`` rows stand in ``TaxRow`` or ``StackingRow``. Source: FP 1.6.1(2)."""

    public_id = PublicIdField()
    kind = models.CharField("名单类别", max_length=10, choices=ImportKind.choices)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    state = FSMField("状态", max_length=10, choices=ImportState.choices, default=ImportState.CHECKED, protected=True)
    rows = models.PositiveIntegerField("数据行数", default=0)
    accepted = models.PositiveIntegerField("可入库行数", default=0)
    refused = models.PositiveIntegerField("有误行数", default=0)
    read_count = models.PositiveIntegerField("已读取行数", default=0, db_default=0)
    worked_at = models.DateTimeField("最近处理时间", null=True, blank=True)
    failure = models.CharField("无法读取的原因", max_length=300, blank=True, default="", db_default="")
    as_of = models.DateField("数据截止日", null=True, blank=True, help_text="名单所列名称、归属等信息截至的日期")
    outcomes = models.JSONField("入库结果", default=dict)
    reading = models.JSONField("读法", null=True, blank=True, help_text="工作表、行数、单位、倍数和合计；为空表示只有一种读法")
    reading_confirmed_by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", null=True, blank=True, db_index=False, verbose_name="读法确认人"
    )
    reading_confirmed_at = models.DateTimeField("读法确认时间", null=True, blank=True)
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="上传人")
    checked_at = models.DateTimeField("核对时间")
    committed_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="入库人")
    committed_at = models.DateTimeField("入库时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入文件"
        ordering = ["-checked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "sha256"],
                condition=~Q(state=ImportState.DISCARDED),
                name="import_file_once",
                violation_error_message="该文件已上传过。",
            ),
            models.CheckConstraint(
                name="import_file_rows_add_up",
                condition=Q(rows=F("accepted") + F("refused")),
                violation_error_message="可入库行数与有误行数之和须等于数据行数。",
            ),
            models.CheckConstraint(
                name="import_file_committed",
                condition=Q(state=ImportState.COMMITTED, committed_at__isnull=False, committed_by__isnull=False)
                | (~Q(state=ImportState.COMMITTED) & Q(committed_at__isnull=True, committed_by__isnull=True)),
                violation_error_message="已入库的文件须有入库人和入库时间。",
            ),
            models.CheckConstraint(
                name="import_file_reading_confirmed",
                condition=Q(reading__isnull=True, reading_confirmed_by__isnull=True, reading_confirmed_at__isnull=True)
                | Q(reading__isnull=False, reading_confirmed_by__isnull=False, reading_confirmed_at__isnull=False)
                | Q(
                    reading__isnull=False,
                    reading_confirmed_by__isnull=True,
                    reading_confirmed_at__isnull=True,
                    state__in=[ImportState.ASKED, ImportState.DISCARDED],
                ),
                violation_error_message="需确认读法的文件，确认后才能核对和入库。",
            ),
        ]
        triggers = [legal_steps(IMPORT_STEPS, name="import_legal_steps")]

    def __str__(self) -> str:
        return self.filename

    @fsm_transition(state, IMPORT_STEP["finish_check"])
    def finish_check(self, *, rows: int, accepted: int) -> None:
        """Say what a large file came to, once a job has read it. In memory only. Source: FP 1.6.1(2)."""
        self.rows = self.read_count = rows
        self.accepted, self.refused = accepted, rows - accepted

    @fsm_transition(state, IMPORT_STEP["ask_reading"])
    def ask_reading(self, *, reading: dict[str, Any]) -> None:
        """Wait for a person to confirm how it is read. In memory only. Source: FP 1.6.1(2)."""
        self.reading = reading

    @fsm_transition(state, IMPORT_STEP["confirm_reading"])
    def confirm_reading(self, *, by: Member, at: datetime) -> None:
        """Say who confirmed how it is read; a job reads it then. In memory only. Source: FP 1.6.1(2)."""
        self.reading_confirmed_by, self.reading_confirmed_at = by, at
        self.worked_at = None

    @fsm_transition(state, IMPORT_STEP["give_up"])
    def give_up(self, *, why: str) -> None:
        """Say why a large file cannot be read. In memory only. Source: FP 1.6.1(2)."""
        self.failure = why[:300]

    @fsm_transition(state, IMPORT_STEP["commit"])
    def commit(self, *, by: Member, at: datetime) -> None:
        """Say who took its good rows over, and when. In memory only. Source: FP 1.6.1(2)."""
        self.committed_by, self.committed_at = by, at

    @fsm_transition(state, IMPORT_STEP["discard"])
    def discard(self) -> None:
        """Drop it, so that the same file may come anew. In memory only. Source: FP 1.6.1(2)."""


class ImportProblem(models.Model):
    """One fault of one cell: where it is, what it is, what to do."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="problems", verbose_name="导入文件")
    sheet = models.CharField("工作表", max_length=100, blank=True, default="", db_default="", help_text="只读取一个工作表时为空")
    row = models.PositiveIntegerField("行号", help_text="与文件中的行号一致，标题行为第1行")
    column = models.CharField("列", max_length=40)
    code = models.CharField("错误代码", max_length=40)
    detail = models.CharField("说明", max_length=200)
    is_warning = models.BooleanField("仅提示", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "导入问题"
        ordering = ["file", "id"]


class TaxRow(models.Model):
    """One good row of the tax bureau's list, as it came: the source of an enterprise's figures. Source: FP 1.6.1(2)."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="tax_rows", verbose_name="导入文件")
    sheet = models.CharField("工作表", max_length=100, blank=True, default="", db_default="")
    row = models.PositiveIntegerField("行号")
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    name = models.CharField("企业名称", max_length=120)
    industry_code = models.CharField("行业代码", max_length=5)
    district = models.ForeignKey(District, models.PROTECT, verbose_name="所得税归属")
    registered_on = models.DateField("成立日期")
    registered_capital = MoneyField("注册资本", help_text="元")
    year = models.PositiveSmallIntegerField("年度")
    rd_expense = MoneyField("研发费用", help_text="元")
    revenue = MoneyField("营业收入", null=True, blank=True, help_text="元")
    employees = models.PositiveIntegerField("从业人员", null=True, blank=True, help_text="人")
    is_little_giant = models.BooleanField("国家级专精特新“小巨人”", null=True, blank=True)
    is_municipal_key = models.BooleanField("市重点工业企业", null=True, blank=True)
    outcome = models.CharField("入库结果", max_length=24, choices=RowOutcome.choices, blank=True)
    previous_rd_expense = MoneyField("变更前研发费用", null=True, blank=True, help_text="元")

    class Meta:
        verbose_name = verbose_name_plural = "税务名单数据行"
        ordering = ["file", "row"]
        constraints = [
            models.UniqueConstraint(fields=["file", "credit_code", "year"], name="tax_row_once_per_file"),
            models.CheckConstraint(
                name="tax_row_not_negative",
                condition=Q(rd_expense__gte=0, registered_capital__gte=0) & (Q(revenue__isnull=True) | Q(revenue__gte=0)),
            ),
        ]
        indexes = [models.Index(fields=["credit_code", "year"], name="tax_row_enterprise_year")]
        triggers = [
            pgtrigger.Protect(
                name="committed_rows_stay", operation=pgtrigger.Update, condition=pgtrigger.Q(old__outcome__gt="")
            )  # what was committed is history
        ]


class ListDifference(models.Model):
    """A fact that a committed list gives otherwise and did not change: decided by people, or told later. Source: D3, D12."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="differences", verbose_name="导入文件")
    sheet = models.CharField("工作表", max_length=100, blank=True)
    row = models.PositiveIntegerField("行号")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="企业")
    fact = models.CharField("事项", max_length=24, choices=DecidedFact.choices)
    kept = models.CharField("现有信息", max_length=120, blank=True)
    listed = models.CharField("名单信息", max_length=120, blank=True)
    is_decided = models.BooleanField("已经核定", default=False)
    settled_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, db_index=False, verbose_name="处理人")
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "名单差异"
        ordering = ["file", "row", "id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "enterprise", "fact"], name="list_difference_once"),
            models.CheckConstraint(
                name="list_difference_settled",
                condition=Q(settled_by__isnull=True, settled_at__isnull=True) | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
        ]


class StackingRow(models.Model):
    """One good row of a list of other support, as it came."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="stacking_rows", verbose_name="导入文件")
    sheet = models.CharField("工作表", max_length=100, blank=True, default="", db_default="")
    row = models.PositiveIntegerField("行号")
    programme = models.CharField("扶持政策", max_length=30, choices=Programme.choices)
    year = models.PositiveSmallIntegerField("年度")
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    project_code = models.CharField("投资项目代码", max_length=40, blank=True)
    contract_number = models.CharField("贷款合同编号", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "其他扶持名单数据行"
        ordering = ["file", "row"]


class StackingRecord(models.Model):
    """That an enterprise, project or loan has had support the fund does not stack with. Source: FP 3.1, 3.2; D24."""

    programme = models.CharField("扶持政策", max_length=30, choices=Programme.choices)
    year = models.PositiveSmallIntegerField("年度")
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    project_code = models.CharField("投资项目代码", max_length=40, blank=True, help_text="为空时视为该企业全部项目")
    contract_number = models.CharField("贷款合同编号", max_length=64, blank=True, help_text="为空时视为该企业当年全部研发融资")
    file = models.ForeignKey(ImportFile, models.PROTECT, related_name="stacking_records", verbose_name="来源文件")

    class Meta:
        verbose_name = verbose_name_plural = "其他扶持记录"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "year", "credit_code", "project_code", "contract_number"],
                name="stacking_record_once",
                violation_error_message="该记录已存在。",
            )
        ]
        indexes = [models.Index(fields=["programme", "credit_code"], name="stacking_record_enterprise")]


class Screening(models.Model):
    """One run of the yearly screening, with what it counted. Source: FP 1.6.1(2)."""

    public_id = PublicIdField()
    list_year = models.PositiveSmallIntegerField("名单年度")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, verbose_name="适用政策")
    examined = models.PositiveIntegerField("筛选企业数")
    eligible = models.PositiveIntegerField("符合条件企业数")
    created = models.PositiveIntegerField("新增候选企业数")
    refreshed = models.PositiveIntegerField("更新候选企业数")
    screened_on = models.DateField("筛选日期")
    screened_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="筛选人")

    class Meta:
        verbose_name = verbose_name_plural = "名单筛选"
        ordering = ["-screened_on", "-id"]

    def __str__(self) -> str:
        return f"{self.list_year}年度名单筛选"


class ScreenedOut(models.Model):
    """Why an enterprise of the tax list did not become a candidate: the names of the checks it failed."""

    screening = models.ForeignKey(Screening, models.CASCADE, related_name="screened_out", verbose_name="名单筛选")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="企业")
    failed = ArrayField(models.CharField(max_length=60), verbose_name="不符合的条件")

    class Meta:
        verbose_name = verbose_name_plural = "筛选未通过企业"
        constraints = [models.UniqueConstraint(fields=["screening", "enterprise"], name="screened_out_once")]
