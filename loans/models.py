"""From intent to loan: applications, loans, movements, use of funds."""

from django.db import models
from django_fsm import FSMField, FSMModelMixin

from common.enums import Category, Mode, Security, Size
from common.fields import MoneyField, PublicIdField, RateField
from loans.enums import ApplicationState, MovementKind, RefusalReason, SubmittedFor
from parties.models import District, Enterprise, Institution, Member
from policy.models import Deadline, PolicyVersion, ReturnRate
from whitelist.models import Entry, Project


class BankQuota(models.Model):
    """How much a bank may lend in one mode, in one period. Source: FP 1.3; D40."""

    bank = models.ForeignKey(Institution, models.PROTECT, related_name="quotas", verbose_name="银行")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    amount = MoneyField("额度", help_text="元")
    from_on = models.DateField("自")
    until_on = models.DateField("至(不含)", null=True, blank=True)
    document_number = models.CharField("文号", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "银行额度"


class Intent(models.Model):
    """A bank's and an enterprise's first agreement to talk about one entry. Source: FP 2.2.1; D8."""

    public_id = PublicIdField()
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="intents", verbose_name="银行")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="intents", verbose_name="白名单条目")
    recorded_on = models.DateField("登记日期")
    recorded_by = models.ForeignKey(Member, models.PROTECT, verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "合作意向"
        constraints = [models.UniqueConstraint(fields=["bank", "entry"], name="intent_once_per_bank_and_entry")]


class Application(FSMModelMixin, models.Model):
    """One financing application: one bank, one mode, one category. Source: FP 1.6.2, 1.6.3; D7, D39."""

    public_id = PublicIdField()
    number = models.CharField("申请编号", max_length=30, unique=True)
    bank_reference = models.CharField("银行业务编号", max_length=64, blank=True)
    intent = models.ForeignKey(Intent, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name="合作意向")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="applications", verbose_name="白名单条目")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="applications", verbose_name="企业")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name="项目")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="applications", verbose_name="银行")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    category = models.CharField("贷款类别", max_length=20, choices=Category.choices)
    security = models.CharField("担保方式", max_length=10, choices=Security.choices)
    state = FSMField("状态", default=ApplicationState.DRAFT, choices=ApplicationState.choices, protected=True)
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, verbose_name="适用政策")
    amount_requested = MoneyField("申请金额", help_text="元")
    term_months = models.PositiveSmallIntegerField("期限", help_text="月")
    purpose = models.CharField("用途", max_length=200)
    other_technology_credit = models.BooleanField("同一贷款已享受其他科技信贷扶持", default=False)
    enterprise_size = models.CharField("企业规模", max_length=10, choices=Size.choices, blank=True)
    submitted_for = models.CharField("提交方式", max_length=12, choices=SubmittedFor.choices, blank=True)
    submitted_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人")
    submitted_on = models.DateField("提交日期", null=True, blank=True)
    deadline = models.OneToOneField(Deadline, models.PROTECT, null=True, blank=True, verbose_name="批复期限")
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    review_began_on = models.DateField("审查开始日期", null=True, blank=True)
    decided_on = models.DateField("批复日期", null=True, blank=True)
    amount_approved = MoneyField("批复金额", null=True, blank=True, help_text="元")
    refusal_reason = models.CharField("不予批复原因", max_length=24, choices=RefusalReason.choices, blank=True)
    refusal_remark = models.TextField("不予批复说明", blank=True)
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)
    conditions_met_on = models.DateField("达到放款条件日期", null=True, blank=True)
    contracted_on = models.DateField("签约日期", null=True, blank=True)
    lapses_on = models.DateField("批复失效日(不含)", null=True, blank=True)
    lapsed_on = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "融资申请"

    def __str__(self) -> str:
        return self.number


class SupplementRequest(models.Model):
    """What the bank asked for besides; moves no clock. Source: D7."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="supplements", verbose_name="申请")
    asked_on = models.DateField("要求日期")
    what = models.TextField("补充内容")
    answered_on = models.DateField("补充日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "补充材料要求"


class Loan(models.Model):
    """One contract. Rate and county are fixed at the first drawdown. Source: FP 1.4.1; D12, D14, D39."""

    public_id = PublicIdField()
    application = models.OneToOneField(Application, models.PROTECT, related_name="loan", verbose_name="申请")
    contract_number = models.CharField("合同编号", max_length=64)
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="loans", verbose_name="银行")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    category = models.CharField("贷款类别", max_length=20, choices=Category.choices)
    security = models.CharField("担保方式", max_length=10, choices=Security.choices)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="loans", verbose_name="企业")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="loans", verbose_name="项目")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, verbose_name="适用政策")
    contract_amount = MoneyField("合同金额", help_text="元")
    enterprise_rate = RateField("企业利率")
    signed_on = models.DateField("签约日期")
    matures_on = models.DateField("到期日")
    available_until = models.DateField("可提款至(不含)")
    first_drawdown_on = models.DateField("首次放款日", null=True, blank=True)
    return_rate = models.ForeignKey(ReturnRate, models.PROTECT, null=True, blank=True, verbose_name="回报利率")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name="贴息承担县(市、区)")
    earns_until = models.DateField("贴息止日(不含)", null=True, blank=True, help_text="合同到期、首放五年两者中较早的一日")
    subsidy_stopped_on = models.DateField("停止贴息日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "贷款"
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "contract_number"], name="loan_contract_once_per_bank", violation_error_message="该行已有此合同编号。"
            )
        ]

    def __str__(self) -> str:
        return self.contract_number


class LoanRate(models.Model):
    """The return rate of one loan from a day on; a second row only where a decision says so. Source: D14."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="rates", verbose_name="贷款")
    from_on = models.DateField("自")
    rate = RateField("银行回报利率")
    return_rate = models.ForeignKey(ReturnRate, models.PROTECT, verbose_name="回报利率")

    class Meta:
        verbose_name = verbose_name_plural = "贷款适用回报利率"
        constraints = [models.UniqueConstraint(fields=["loan", "from_on"], name="loan_rate_once_per_day")]


class Movement(models.Model):
    """
    One change of a loan's balance, append-only; a correction is a reversal.

    ``performing`` and ``overdue`` are the signed changes of the two parts of the outstanding principal, so that a balance at any
    date is a sum over ``value_on``.
    """

    public_id = PublicIdField()
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="movements", verbose_name="贷款")
    kind = models.CharField("类别", max_length=10, choices=MovementKind.choices)
    amount = MoneyField("金额", help_text="元")
    performing = MoneyField("正常本金变动", help_text="元")
    overdue = MoneyField("逾期本金变动", help_text="元")
    value_on = models.DateField("起息日")
    recorded_at = models.DateTimeField("记录时间")
    reason = models.TextField("补记或冲正理由", blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, verbose_name="冲正对象")
    bank_reference = models.CharField("银行流水号", max_length=64)
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="银行")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="经办")
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="复核")

    class Meta:
        verbose_name = verbose_name_plural = "贷款变动"
        ordering = ["value_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "bank_reference"], name="movement_reference_once_per_bank", violation_error_message="该流水号已登记。"
            )
        ]


class Contribution(models.Model):
    """Who put up a trust-mode drawdown, 5 : 95. Source: FP 1.3; D35."""

    movement = models.OneToOneField(Movement, models.PROTECT, related_name="contribution", verbose_name="放款")
    government = MoneyField("政府方出资", help_text="元")
    bank = MoneyField("银行出资", help_text="元")

    class Meta:
        verbose_name = verbose_name_plural = "信托出资"


class Guarantee(models.Model):
    """The guarantee behind a special-mode credit R&D loan. Source: FP 1.5.2(1); D36."""

    loan = models.OneToOneField(Loan, models.PROTECT, related_name="guarantee", verbose_name="贷款")
    guarantor = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="担保公司")
    number = models.CharField("担保编号", max_length=64)
    fee_rate = RateField("担保费率")
    is_batch_scheme = models.BooleanField("纳入银担“总对总”批量担保")
    recorded_on = models.DateField("登记日期")

    class Meta:
        verbose_name = verbose_name_plural = "担保记录"
        constraints = [models.UniqueConstraint(fields=["guarantor", "number"], name="guarantee_number_once")]


class UseOfFundsCheck(models.Model):
    """What the bank found when it followed the money. Source: FP 1.6.3."""

    public_id = PublicIdField()
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="use_checks", verbose_name="贷款")
    checked_on = models.DateField("检查日期")
    is_misuse = models.BooleanField("发现挪用")
    misuse_from = models.DateField("挪用起始日", null=True, blank=True)
    finding = models.TextField("检查情况")
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="检查人")

    class Meta:
        verbose_name = verbose_name_plural = "资金用途检查"
