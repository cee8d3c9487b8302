"""Projects and whitelist entries: two routes, consultation, batches, delivery to channels."""

from django.db import models
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField
from parties.models import District, Enterprise, Member
from policy.models import PolicyVersion
from whitelist.enums import EntryKind, EntryState, ProjectType, Route


class Project(models.Model):
    """An investment project; its caps hang here, whatever entries list it. Source: FP 1.1.1, 1.2.1; D39."""

    public_id = PublicIdField()
    code = models.CharField("投资项目代码", max_length=40, unique=True)
    name = models.CharField("项目名称", max_length=200)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="projects", verbose_name="企业")
    district = models.ForeignKey(District, models.PROTECT, verbose_name="所在县(市、区)")
    project_type = models.CharField("项目类型", max_length=20, choices=ProjectType.choices)
    is_key_project = models.BooleanField("省市重大重点项目", default=False)
    is_named_by_city = models.BooleanField("市政府确定的项目", default=False)
    total_investment = MoneyField("投资总额", help_text="元")

    class Meta:
        verbose_name = verbose_name_plural = "项目"

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """One publication, numbered per kind and year. Source: FP 1.6.1(3)."""

    public_id = PublicIdField()
    kind = models.CharField("名单类别", max_length=10, choices=EntryKind.choices)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("批次")
    document_number = models.CharField("文号", max_length=60)
    published_on = models.DateField("发布日期")
    published_by = models.ForeignKey(Member, models.PROTECT, verbose_name="发布人")

    class Meta:
        verbose_name = verbose_name_plural = "白名单批次"
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "number"], name="batch_number_once", violation_error_message="该批次号已使用。")
        ]

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}批({self.get_kind_display()})"


class Entry(FSMModelMixin, models.Model):
    """One candidate or listed project or enterprise. Source: FP 1.1.3, 1.6.1."""

    public_id = PublicIdField()
    kind = models.CharField("名单类别", max_length=10, choices=EntryKind.choices)
    route = models.CharField("列入方式", max_length=20, choices=Route.choices)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="entries", verbose_name="企业")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="项目")
    district = models.ForeignKey(District, models.PROTECT, verbose_name="初审县(市、区)")
    list_year = models.PositiveSmallIntegerField("名单年度")
    state = FSMField("状态", default=EntryState.DRAFT, choices=EntryState.choices, protected=True)
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, verbose_name="适用政策")
    checks = models.JSONField("条件核对", default=list)
    is_eligible = models.BooleanField("符合条件", null=True)
    holds_technical_upgrade_subsidy = models.BooleanField("已享受技改贴息", default=False)
    other_technology_credit = models.BooleanField("已享受其他科技信贷扶持", default=False)
    is_newly_registered = models.BooleanField("新注册企业", default=False)
    last_year_rd_expense = MoneyField("上年度研发费用", null=True, blank=True, help_text="元，列入时冻结")
    submitted_on = models.DateField("申请日期", null=True, blank=True)
    decided_on = models.DateField("审核日期", null=True, blank=True)
    return_reason = models.TextField("退回或不予列入理由", blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="批次")
    published_on = models.DateField("发布日期", null=True, blank=True)
    expires_on = models.DateField("有效期至(不含)", null=True, blank=True)
    removed_on = models.DateField("移出日期", null=True, blank=True)
    removal_reason = models.TextField("移出理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "白名单条目"

    def __str__(self) -> str:
        return str(self.project or self.enterprise)
