"""Pieces of compensation as they were paid, each payer's part with its ledger entry and the cap at that moment."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge, Lines, Money, Small, joined, percent
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, facts, table
from common.admin.visible import VisibleAdmin
from common.money import in_words, round_down
from loans.selectors.visible import scope_of
from parties.models import Member
from policy.selectors.versions import version_for
from risk.admin.money_panels import parts_of
from risk.admin.recoveries import RETURN_HEADS, SHORT_NAMES, return_rows, returns_listed
from risk.admin.shared import SEEN_BY, entry_links, reads_bank
from risk.enums import Payer
from risk.models import Payment
from risk.visibility import compensations_visible_to


def payments_listed(member: Member) -> QuerySet[Payment]:
    """Return what the member sees, with all that lists show."""
    return compensations_visible_to(member).select_related("claim__loan__enterprise").prefetch_related("parts")


def whose(payment: Payment) -> Lines:
    """Return the enterprise whose loss it was, and the bank that got the money."""
    return joined((payment.claim.loan.enterprise, Small(payment.claim.bank.short_name)))


def part(payer: Payer) -> Column:
    """Return the column of what one payer gave."""

    def amount(payment: Payment) -> Money:
        return next((Money(one.amount) for one in payment.parts.all() if one.payer == payer), Money(None))

    return Column(SHORT_NAMES.get(payer, payer.label), amount, name=f"money_{payer.value}")


@admin.register(Payment)
class PaymentAdmin(VisibleAdmin):
    """Compensation paid; nothing here is proposed, that is done on the claim."""

    visible_to = staticmethod(payments_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        Column("补偿申请", lambda one: joined((one.claim, Small(f"第{one.number}次"))), order="claim__number"),
        Column("企业和银行", whose, order="claim__bank", name="enterprise"),
        "paid_on", "amount",
        part(Payer.GUARANTOR), part(Payer.FEE_POOL), part(Payer.CITY), part(Payer.COUNTY),
    )  # fmt: skip
    exported = (
        "claim", "number", Column("企业", lambda one: one.claim.loan.enterprise), Column("银行", lambda one: one.claim.bank.short_name),
        "claim__loan", "claim__loan__mode", "claim__loan__category", "paid_on", "amount", part(Payer.GUARANTOR), part(Payer.FEE_POOL),
        part(Payer.CITY), part(Payer.COUNTY),
    )  # fmt: skip
    shows = ("claim", "number", "paid_on", "paid_at", "amount", "made_by", "checked_by")
    search_fields = ("claim__number", "claim__loan__contract_number", "claim__loan__enterprise__name")
    list_filter = ("claim__bank", "claim__kind", "claim__loan__mode", "claim__loan__category", "claim__loan__district", "parts__payer")
    date_hierarchy = "paid_on"
    ordering = ("-id",)
    case_related = (
        "claim__loan__application__entry", "claim__loan__district", "policy_version", "made_by__institution", "checked_by__institution",
    )  # fmt: skip
    list_intro = "每次支付一行，按各支付方分列；提请、复核在补偿申请页面办理，排队情况见“支付队列”。"

    def heading(self, case: Payment) -> str:
        """Return claim and number."""
        return f"{case.claim.number} · 第{case.number}次支付"

    def badges(self, case: Payment) -> list[Badge]:
        """Return that it is paid."""
        return [Badge("已支付", "good")]

    def opening_scope(self, case: Payment) -> dict[str, Any]:
        """Return bank, county and enterprise of the case."""
        return {"scope": scope_of(case.claim.loan)}

    def first_panel(self, request: HttpRequest, case: Payment) -> Facts:
        """Return the payment with the amount in words."""
        return facts(request, case, "基本情况", *self.shows, Fact("金额大写", in_words(case.amount)), clause="FP 1.5.3")

    def parts(self, request: HttpRequest, case: Payment) -> list[Any]:
        """Return the payers' parts with their entries, the cap, and what was returned since."""
        found = returns_listed(acting_member(request)).filter(answers__payment=case).order_by("id")
        back = return_rows(request, found)
        cap = cap_facts(request, case) if reads_bank(request, case.claim.bank) else None
        returned = table("此后的追偿款退回", RETURN_HEADS, back, clause="FP 1.5.2(2)") if back else None
        links = entry_links(request, (part.entry_id for part in case.parts.all()))
        return [parts_of(case, links), cap, returned]


def cap_facts(request: HttpRequest, payment: Payment) -> Facts:
    """Return the bank's figures just before the payment, and the cap they made."""
    rate = version_for(payment.policy_version).terms.risk.compensation_cap_rate
    cap = Money(round_down(payment.disbursed * rate))
    names = (
        "policy_version", "disbursed", "bad_debt", "recovered", "rate", Fact("补偿上限", cap, f"累计放款 × {percent(rate)}"), "compensated",
        Fact("支付前剩余可补偿", Money(payment.cap_left), "补偿上限 − 已补偿"), Fact("本次支付", Money(payment.amount), "不超过剩余可补偿"),
    )  # fmt: skip
    return facts(request, payment, "支付时的熔断与上限核对", *names, clause="FP 1.5.3, D20")
