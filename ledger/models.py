"""
The books: accounts, entries and their legs.

An entry is written in one statement with its legs and never changed after. Triggers (``0002_guards``) refuse an entry whose legs do not
sum to zero or are missing, one posted on a day before the last posted one, and every UPDATE, DELETE and TRUNCATE.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.fields import MoneyField
from ledger.enums import EntryKind, Purpose
from parties.models import Enterprise, Institution


class Account(models.Model):
    """Where one party's money of one purpose is counted. Source: FP 1.6.4; D41."""

    code = models.CharField("账户代号", max_length=80)
    purpose = models.CharField("用途", max_length=24, choices=Purpose.choices)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="机构")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="企业")

    class Meta:
        verbose_name = verbose_name_plural = "账户"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="account_code_once", violation_error_message="该账户已存在。"),
            models.CheckConstraint(
                name="account_of_one_party",
                condition=Q(institution__isnull=False, enterprise__isnull=True) | Q(institution__isnull=True, enterprise__isnull=False),
                violation_error_message="账户须且只能属于一个机构或一家企业。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution or self.enterprise} {self.get_purpose_display()}"


class Entry(models.Model):
    """
    One booking. ``value_on`` is the day the money moved, ``posted_on`` the day it was written here.

    ``key`` names the fact it books, so that the same fact is never booked twice.
    """

    key = models.CharField("记账键", max_length=160)
    kind = models.CharField("类别", max_length=24, choices=EntryKind.choices)
    value_on = models.DateField("起息日", help_text="款项实际收付的日期")
    posted_on = models.DateField("记账日", help_text="不得早于已记账的最后一日")
    recorded_at = models.DateTimeField("记录时间", db_default=Now(), editable=False)
    description = models.CharField("摘要", max_length=200)
    clause = models.CharField("依据", max_length=20)
    object_type = models.CharField("对象类别", max_length=60)
    object_id = models.CharField("对象标识", max_length=40)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="reversals", verbose_name="冲正对象"
    )

    class Meta:
        verbose_name = verbose_name_plural = "记账凭证"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="entry_key_once", violation_error_message="该事项已记账。"),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="entry_reversed_once",
                violation_error_message="该凭证已冲正。",
            ),
            models.CheckConstraint(
                name="entry_posted_from_value_day_on",
                condition=Q(posted_on__gte=F("value_on")),
                violation_error_message="记账日不得早于款项收付的日期。",
            ),
        ]
        indexes = [
            models.Index(fields=["posted_on"], name="entry_posted_on"),
            models.Index(fields=["object_type", "object_id"], name="entry_object"),
        ]

    def __str__(self) -> str:
        return f"{self.posted_on} {self.description}"


class Leg(models.Model):
    """What one entry does to one account: above zero it comes in, below it goes out. The legs of an entry sum to zero."""

    entry = models.ForeignKey(Entry, models.PROTECT, db_index=False, related_name="legs", verbose_name="凭证")
    position = models.PositiveSmallIntegerField("序号")
    account = models.ForeignKey(Account, models.PROTECT, db_index=False, related_name="legs", verbose_name="账户")
    amount = MoneyField("金额", help_text="元，正数为收入，负数为支出")

    class Meta:
        verbose_name = verbose_name_plural = "记账分录"
        ordering = ["entry_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "position"], name="leg_position_once"),
            models.CheckConstraint(name="leg_amount_not_zero", condition=~Q(amount=0), violation_error_message="分录金额不能为零。"),
        ]
        indexes = [models.Index(fields=["account", "entry"], name="leg_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:,.2f}"


class Closing(models.Model):
    """
    The end of a day on which something was posted: nothing is posted on it or before any more.

    Entries posted later have numbers from ``first_open_entry`` on, entries posted until then up to ``last_closed_entry``; the two ranges
    may overlap by what was posted around midnight.
    """

    through = models.DateField("截至(含)", unique=True)
    first_open_entry = models.BigIntegerField("其后凭证最小编号")
    last_closed_entry = models.BigIntegerField("截至该日凭证最大编号")
    closed_at = models.DateTimeField("结账时间")

    class Meta:
        verbose_name = verbose_name_plural = "日终结账"
        ordering = ["through"]

    def __str__(self) -> str:
        return f"{self.through}"


class ClosedBalance(models.Model):
    """What stood on an account at the end of a closed day on which it moved. Source: FP 1.6.4; D41."""

    account = models.ForeignKey(Account, models.PROTECT, db_index=False, related_name="closed_balances", verbose_name="账户")
    closing = models.ForeignKey(Closing, models.PROTECT, related_name="balances", verbose_name="日终结账")
    through = models.DateField("截至(含)")
    balance = MoneyField("余额", help_text="元")

    class Meta:
        verbose_name = verbose_name_plural = "日终余额"
        ordering = ["account", "through"]
        constraints = [models.UniqueConstraint(fields=["account", "through"], name="closed_balance_once_a_day")]

    def __str__(self) -> str:
        return f"{self.account} {self.through} {self.balance:,.2f}"
