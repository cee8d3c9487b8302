"""Payments of subsidy: recorded by one person of the payer, checked by another, booked."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge, link_to
from common.admin.panels import Fact, facts
from common.admin.steps import Step
from common.admin.visible import VisibleAdmin
from common.money import in_words
from parties.models import Member
from subsidy.admin.money_steps import PAYMENT_STEPS_OFFERED
from subsidy.admin.settlements import SEEN_BY
from subsidy.models import Payment
from subsidy.selectors.visibility import payments_visible_to

TONES = {"due": "warn", "recorded": "busy", "paid": "good"}


def payments_listed(member: Member) -> QuerySet[Payment]:
    """Return the payments the member may see."""
    return payments_visible_to(member).select_related(
        "settlement__bank", "payer", "payee", "made_by__institution", "checked_by__institution"
    )


def state_of(payment: Payment) -> Badge:
    """Return where a payment stands."""
    return Badge(payment.get_state_display(), TONES[payment.state])


@admin.register(Payment)
class PaymentAdmin(VisibleAdmin):
    """One payment per payer and settlement."""

    visible_to = staticmethod(payments_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = ("settlement", "payer", "payee", "kind", "amount", Column("状态", state_of, order="state"), "paid_on", "voucher")
    list_filter = ("state", "kind", "payer", "settlement__year", "settlement__quarter")
    search_fields = ("voucher", "settlement__record_number", "payer__name")
    date_hierarchy = "paid_on"
    ordering = ("-pk",)
    steps = PAYMENT_STEPS_OFFERED
    papers = (("付款凭证", "付款凭证"),)
    case_related = ("entry",)

    def badges(self, case: Payment) -> list[Badge]:
        """Return where the payment stands."""
        return [state_of(case)]

    def heading(self, case: Payment) -> str:
        """Return payer and settlement."""
        return f"{case.payer} · {case.settlement}"

    def preview(self, request: HttpRequest, case: Payment, step: Step) -> list[Any]:
        """Return what is paid."""
        return self.parts(request, case)

    def parts(self, request: HttpRequest, case: Payment) -> list[Any]:
        """Return the payment with the amount in words and its ledger entry."""
        words = Fact("金额大写", in_words(case.amount))
        entry = Fact("记账凭证", link_to(request, case.entry))
        names = ("settlement", "kind", "payer", "payee", "amount", words, "paid_on", "voucher", "made_by", "checked_by", entry)
        return [facts(request, case, "贴息支付", *names, clause="FP 1.6.4")]
