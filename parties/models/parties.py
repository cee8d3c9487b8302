"""Who takes part: districts, institutions, enterprises and the members who act for them."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.crypto import salted_hmac

from common import texts
from common.enums import Mode
from common.fields import MobileField, MoneyField, PublicIdField, TextKey, written_alike
from parties.enums import ADMINISTRATORS, COUNTY_KINDS, FactSource, InstitutionKind, MemberKind, Role

CREDIT_CODE_PATTERN = r"^[0-9A-HJ-NPQRTUWXY]{18}$"
BLANK_OR_HIDDEN = r"[\u0001-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"  # in the database's words
INDUSTRY_CODE_PATTERN = r"^[A-T][0-9]{2,4}$"


def never_twice_at_once(name: str, owner: str, *, condition: Q | None = None, message: str) -> ExclusionConstraint:
    """Return the constraint that one owner's half-open periods never overlap; the id as a range of one needs no extension."""
    one = Func(F(owner), F(owner), Value("[]"), function="int8range", output_field=BigIntegerRangeField())
    days = Func(F("from_on"), F("until_on"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[(one, RangeOperators.OVERLAPS), (days, RangeOperators.OVERLAPS)],
        condition=condition,
        violation_error_message=message,
    )


def _begins_before_it_ends(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
        violation_error_message="截止日不得早于起始日。",
    )


class Accounts(UserManager["User"]):
    """Logins, found by name in either width and case."""

    def named(self, username: str) -> "models.QuerySet[User]":
        """Return the login of that name, however it is typed."""
        return self.get_queryset().filter(written_alike("username", texts.code(username)))

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the login that a person enters with."""
        return self.named(username or "").get()


class User(AbstractUser):
    """A person's login. What the person may do hangs on the current ``Member``."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField("姓名", max_length=50, blank=True)
    phone = MobileField("手机号码", max_length=20, blank=True)
    session_epoch = models.PositiveIntegerField("会话版次", default=0, help_text="变更后此前的会话一律失效")

    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        verbose_name = verbose_name_plural = "登录账号"
        constraints = [
            models.UniqueConstraint(TextKey("username"), name="user_named_once", violation_error_message="登录名已被使用，请换一个。"),
            models.CheckConstraint(
                name="user_name_readable",
                condition=~Q(username__regex=BLANK_OR_HIDDEN),
                violation_error_message="登录名不能含有空格和不可见字符。",
            ),
        ]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what binds a session to the account as it is: its password and its epoch, which the database moves on with every right."""
        bound = f"{self.password}:{self.session_epoch}"
        return salted_hmac("parties.models.User.session", bound, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """Return the person's name as shown to others."""
        return self.display_name or self.username

    def __str__(self) -> str:
        return self.get_full_name()


class District(models.Model):
    """One of the city's units; 13 are live, 金门 is listed but closed. Source: D31."""

    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=30, unique=True)
    kind = models.CharField("类型", max_length=20)
    is_live = models.BooleanField("办理业务", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "县(市、区)"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Institution(models.Model):
    """A bureau, bank, guarantee company, fund manager or other body of the plan."""

    public_id = PublicIdField()
    kind = models.CharField("类别", max_length=24, choices=InstitutionKind.choices)
    name = models.CharField("名称", max_length=100, unique=True)
    short_name = models.CharField("简称", max_length=30, unique=True)
    code = models.SlugField("代号", max_length=40, unique=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name="所属县(市、区)")
    is_active = models.BooleanField("启用", default=True)
    phone = models.CharField("对外电话", max_length=60, blank=True, default="", db_default="")
    address = models.CharField("办公地址", max_length=200, blank=True, default="", db_default="")
    office_hours = models.CharField("办公时间", max_length=100, blank=True, default="", db_default="")
    is_operator = models.BooleanField(
        "系统运行单位", default=False, help_text="系统管理员、安全管理员和审计管理员所在的单位，全系统只有一个"
    )

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        ordering = ["kind", "code"]
        constraints = [
            models.CheckConstraint(
                name="institution_county_has_district",
                condition=Q(kind__in=COUNTY_KINDS, district__isnull=False) | (~Q(kind__in=COUNTY_KINDS) & Q(district__isnull=True)),
                violation_error_message="县级部门须选择所属县(市、区)，其他机构不选。",
            ),
            *(
                models.UniqueConstraint(TextKey(field), name=f"institution_{field}_once", violation_error_message=f"{label}已被使用。")
                for field, label in (("name", "名称"), ("short_name", "简称"), ("code", "代号"))
            ),
            models.UniqueConstraint(
                fields=["kind", "district"],
                condition=Q(kind__in=COUNTY_KINDS),
                name="institution_one_per_county_kind",
                violation_error_message="该县(市、区)的同类部门已存在。",
            ),
            models.UniqueConstraint(
                fields=["is_operator"],
                condition=Q(is_operator=True),
                name="institution_one_operator",
                violation_error_message="系统运行单位只能有一个。",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name


class BankParticipation(models.Model):
    """A period in which a bank takes new business in one mode. Source: FP 1.3; D9."""

    bank = models.ForeignKey(Institution, models.PROTECT, related_name="participations", verbose_name="银行")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    from_on = models.DateField("自")
    until_on = models.DateField("至(不含)", null=True, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "银行参与期间"
        ordering = ["bank", "mode", "from_on"]
        constraints = [
            models.CheckConstraint(
                name="bank_participation_known_mode", condition=Q(mode__in=Mode.values), violation_error_message="请选择出资模式。"
            ),
            _begins_before_it_ends("bank_participation_begins_before_it_ends"),
            *(
                never_twice_at_once(
                    f"bank_participation_{mode}_never_overlaps",
                    "bank_id",
                    condition=Q(mode=mode),
                    message="该银行在此模式下已有重叠的参与期间。",
                )
                for mode in Mode.values
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="bank_participation_not_excluded",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("bank_id", "from_on", "until_on"),
                func="""
                    IF EXISTS (
                        SELECT FROM parties_bankexclusion x
                        WHERE x.bank_id = NEW.bank_id AND daterange(x.from_on, x.until_on) && daterange(NEW.from_on, NEW.until_on)
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: a decision excludes the bank within the period';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.get_mode_display()} {self.from_on}起"


class Enterprise(models.Model):
    """An enterprise, identified by its unified social credit code."""

    public_id = PublicIdField()
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("企业名称", max_length=120, db_index=True)
    industry_code = models.CharField("行业代码", max_length=5, help_text="GB/T 4754-2017，如 C1951")
    industry_override_reason = models.CharField("行业认定理由", max_length=200, blank=True, help_text="县级部门认定为工业企业的理由")
    registered_in_city = models.BooleanField("在本市注册", default=True)
    registered_on = models.DateField("成立日期")
    registered_capital = MoneyField("注册资本", help_text="元")
    is_little_giant = models.BooleanField("国家级专精特新“小巨人”", default=False)
    is_municipal_key = models.BooleanField("市重点工业企业", default=False)
    contact_name = models.CharField("联系人", max_length=50, blank=True)
    contact_phone = models.CharField("联系电话", max_length=20, blank=True)
    facts_as_of = models.DateField("名单信息截止日", null=True, blank=True, help_text="所采用的最近一份税务名单的数据截止日")
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["credit_code"]
        constraints = [
            models.CheckConstraint(
                name="enterprise_credit_code_form",
                condition=Q(credit_code__regex=CREDIT_CODE_PATTERN),
                violation_error_message="统一社会信用代码须为18位数字或大写字母(不含I、O、S、V、Z)。",
            ),
            models.CheckConstraint(
                name="enterprise_industry_code_form",
                condition=Q(industry_code__regex=INDUSTRY_CODE_PATTERN),
                violation_error_message="行业代码须为门类字母加2至4位数字，如C1951。",
            ),
            models.CheckConstraint(
                name="enterprise_capital_not_negative",
                condition=Q(registered_capital__gte=0),
                violation_error_message="注册资本不能为负数。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TaxHome(models.Model):
    """Where an enterprise pays its income tax, with history; decides which county pays. Source: FP 1.4.1; D12."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="tax_homes", verbose_name="企业")
    district = models.ForeignKey(District, models.PROTECT, verbose_name="所得税归属")
    from_on = models.DateField("自")
    until_on = models.DateField("至(不含)", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "所得税归属"
        ordering = ["enterprise", "from_on"]
        constraints = [
            _begins_before_it_ends("tax_home_begins_before_it_ends"),
            never_twice_at_once("tax_home_never_overlaps", "enterprise_id", message="该企业在同一期间已有所得税归属。"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.district} {self.from_on}起"


class EnterpriseYear(models.Model):
    """One enterprise's figures of one year from one source."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="years", verbose_name="企业")
    year = models.PositiveSmallIntegerField("年度")
    rd_expense = MoneyField("研发费用", null=True, blank=True, help_text="元")
    revenue = MoneyField("营业收入", null=True, blank=True, help_text="元")
    employees = models.PositiveIntegerField("从业人员", null=True, blank=True, help_text="人")
    source = models.CharField("来源", max_length=12, choices=FactSource.choices)
    source_reference = models.CharField("来源文件", max_length=120, blank=True)
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "企业年度数据"
        ordering = ["enterprise", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "year", "source"], name="enterprise_year_once_per_source"),
            models.CheckConstraint(
                name="enterprise_year_known_source", condition=Q(source__in=FactSource.values), violation_error_message="请选择数据来源。"
            ),
            models.CheckConstraint(
                name="enterprise_year_not_negative",
                condition=(Q(rd_expense__isnull=True) | Q(rd_expense__gte=0)) & (Q(revenue__isnull=True) | Q(revenue__gte=0)),
                violation_error_message="研发费用和营业收入不能为负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.year}年({self.get_source_display()})"


class Member(models.Model):
    """A person, program or job acting for exactly one institution or enterprise, in a period, with roles."""

    public_id = PublicIdField()
    kind = models.CharField("类别", max_length=8, choices=MemberKind.choices, default=MemberKind.PERSON)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name="登录账号")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="members", verbose_name="机构")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="members", verbose_name="企业")
    name = models.CharField("名称", max_length=60)
    roles = ArrayField(models.CharField(max_length=10, choices=Role.choices), verbose_name="角色")
    from_on = models.DateField("自")
    until_on = models.DateField("至(不含)", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "成员"
        constraints = [
            models.CheckConstraint(
                name="member_serves_one_party",
                condition=Q(institution__isnull=False, enterprise__isnull=True) | Q(institution__isnull=True, enterprise__isnull=False),
                violation_error_message="成员须且只能属于一个机构或一家企业。",
            ),
            models.CheckConstraint(
                name="member_person_has_login",
                condition=Q(kind=MemberKind.PERSON, user__isnull=False) | ~Q(kind=MemberKind.PERSON),
                violation_error_message="人员须对应登录账号。",
            ),
            models.CheckConstraint(
                name="member_has_known_roles",
                condition=Q(roles__len__gte=1, roles__contained_by=Role.values),
                violation_error_message="须至少选择一个岗位。",
            ),
            models.CheckConstraint(
                name="member_administrator_stands_alone",
                condition=~Q(roles__overlap=ADMINISTRATORS)
                | Q(roles__len=1, kind=MemberKind.PERSON, institution__isnull=False, enterprise__isnull=True),
                violation_error_message="系统管理员、安全管理员、审计管理员不得互相兼任，也不得兼任任何业务岗位。",
            ),
            models.CheckConstraint(
                name="member_known_kind", condition=Q(kind__in=MemberKind.values), violation_error_message="请选择成员类别。"
            ),
            _begins_before_it_ends("member_begins_before_it_ends"),
            never_twice_at_once(
                "member_serves_one_party_at_a_time",
                "user_id",
                condition=Q(user__isnull=False),
                message="该账号在此期间已属于另一单位，一人同一时间只能为一个单位办理业务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}({self.party})"

    @property
    def is_administrator(self) -> bool:
        """Return whether the member is one of the operator's three administrators, who take no part in business."""
        return not set(ADMINISTRATORS).isdisjoint(self.roles)

    @property
    def party(self) -> "Institution | Enterprise":
        """Return the one institution or enterprise the member acts for."""
        party: Any = self.institution if self.institution_id else self.enterprise
        return party

    @property
    def party_id(self) -> str:
        """Return the party's public identifier, as the log names it."""
        return str(self.party.public_id)

    @property
    def party_name(self) -> str:
        """Return the party's full name, as the log names it."""
        return self.party.name
