"""The books on screen: accounts with balance, entries with their legs."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Cited, Link, Money, link_to
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Row, facts, table
from common.admin.visible import VisibleAdmin
from common.money import ZERO
from ledger.admin.statement import cases_of, statement_page, statement_url
from ledger.models import Account, Entry
from ledger.selectors import accounts_visible_to, balance_of, entries_visible_to
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from parties.models import Member

SEEN_BY = frozenset(
    {
        *SEES_ALL,
        InstitutionKind.COUNTY_INDUSTRY,
        InstitutionKind.COUNTY_TREASURY,
        InstitutionKind.BANK,
        InstitutionKind.GUARANTOR,
        InstitutionKind.FUND_MANAGER,
    }
)
LAST = 100


def entries_listed(member: Member) -> QuerySet[Entry]:
    """Return what the member sees."""
    return entries_visible_to(member)


def accounts_listed(member: Member) -> QuerySet[Account]:
    """Return what the member sees, each with its balance."""
    return accounts_visible_to(member).annotate(balance=Sum("legs__amount"))


@admin.register(Entry)
class EntryAdmin(VisibleAdmin):
    """Entries as posted; each balances."""

    visible_to = staticmethod(entries_listed)
    seen_by = SEEN_BY
    columns = ("posted_on", "value_on", "kind", "description", Column("依据", lambda one: Cited(one.clause), order="clause"), "recorded_at")
    search_fields = ("description", "key", "object_id")
    list_filter = ("kind",)
    date_hierarchy = "posted_on"
    ordering = ("-id",)
    list_intro = "复式记账，借贷必平；凭证只增不改，更正以冲正办理。"

    def heading(self, case: Entry) -> str:
        """Return what the entry says."""
        return case.description

    def parts(self, request: HttpRequest, case: Entry) -> list[Any]:
        """Return the entry, its legs and what it is about."""
        about = Fact("相关事项", self.about(request, case))
        head = facts(request, case, "凭证", "kind", "posted_on", "value_on", "recorded_at", about, "key", "reverses", clause=case.clause)
        legs = list(case.legs.select_related("account__institution", "account__enterprise"))
        seen = set(accounts_visible_to(acting_member(request)).filter(pk__in=[leg.account_id for leg in legs]).values_list("pk", flat=True))
        rows = [(link_to(request, leg.account) if leg.account_id in seen else str(leg.account), Money(leg.amount)) for leg in legs]
        total = sum((leg.amount for leg in legs), ZERO)
        foot = Row(cells=(Badge("平衡", "good") if not total else Badge("不平", "bad"), Money(total)))
        return [head, table("分录", ("账户", "金额（正为收入，负为支出）"), rows, foot=foot)]

    def about(self, request: HttpRequest, entry: Entry) -> Any:
        """Return a link to what the entry books, as far as the person may see it."""
        return cases_of(request, [entry]).get(entry.pk)


@admin.register(Account)
class AccountAdmin(VisibleAdmin):
    """Accounts per party and purpose."""

    visible_to = staticmethod(accounts_listed)
    seen_by = SEEN_BY
    columns = (
        Column("账户", str, order="code", name="account"),
        "purpose",
        Column("余额", lambda one: Money(one.balance or ZERO), order="balance", name="money_balance"),
    )
    shows = ("code", "purpose", "institution", "enterprise")
    list_filter = ("purpose",)
    search_fields = ("code", "institution__name", "enterprise__name")
    ordering = ("code",)

    def parts(self, request: HttpRequest, case: Account) -> list[Any]:
        """Return the balance, the way to its statement, and the latest lines of the account."""
        legs = list(case.legs.select_related("entry").order_by("-entry_id", "-position")[:LAST])
        cases = cases_of(request, [leg.entry for leg in legs])
        rows = [
            (
                leg.entry.posted_on,
                leg.entry.value_on,
                link_to(request, leg.entry, leg.entry.description),
                cases.get(leg.entry_id),
                Cited(leg.entry.clause),
                Money(leg.amount),
            )
            for leg in legs
        ]
        way = Fact("对账单", Link("按期间查看（期初、逐笔、期末）", statement_url(case)))
        balance = facts(request, case, "余额", Fact("账户余额", Money(balance_of(case))), way)
        heads = ("记账日", "起息日", "摘要", "相关事项", "依据", "金额")
        return [balance, table(f"最近{LAST}笔", heads, rows, empty="暂无记账。")]

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses with that of the statement."""
        view = self.admin_site.admin_view(self.statement_view)
        return [path("<path:object_id>/statement/", view, name="ledger_account_statement"), *super().get_urls()]

    def statement_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the account's statement for any period."""
        account = self.case_of(request, object_id)
        return statement_page(request, account, today=timezone.localdate(), shared=self.admin_site.each_context(request))
