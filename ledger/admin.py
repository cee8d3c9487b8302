"""The books on screen: accounts with balance, entries with their legs."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from common.admin import Badge, Cited, Column, Fact, Money, Row, VisibleAdmin, acting_member, facts, link_to, table
from common.money import ZERO
from ledger.models import Account, Entry
from ledger.selectors import accounts_visible_to, balance_of, entries_visible_to
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from parties.models import Member

SEEN_BY = frozenset(
    {*SEES_ALL, InstitutionKind.COUNTY_INDUSTRY, InstitutionKind.COUNTY_TREASURY, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER}
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
        page = self.admin_site._registry.get(apps.get_model(entry.object_type))
        if not isinstance(page, VisibleAdmin) or not page.has_view_permission(request):
            return None
        return link_to(request, page.get_queryset(request).filter(public_id=entry.object_id).first())


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
        """Return the balance and the latest lines of the account."""
        legs = case.legs.select_related("entry").order_by("-entry_id", "-position")[:LAST]
        rows = [
            (leg.entry.posted_on, leg.entry.value_on, link_to(request, leg.entry, leg.entry.description), Money(leg.amount)) for leg in legs
        ]
        balance = facts(request, case, "余额", Fact("账户余额", Money(balance_of(case))))
        return [balance, table(f"最近{LAST}笔", ("记账日", "起息日", "摘要", "金额"), rows, empty="暂无记账。")]
