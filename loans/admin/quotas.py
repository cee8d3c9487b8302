"""What each bank set aside, and how much of it is used."""

from django.contrib import admin
from django.db.models import QuerySet

from common.admin.steps import Step, StepContext, allowed_for
from common.admin.visible import VisibleAdmin
from common.enums import Mode
from loans.admin.forms import QuotaForm
from loans.models import BankQuota
from loans.selectors.visible import quotas_visible_to
from loans.services.quotas import set_bank_quota
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from parties.models import Member


def quotas_listed(member: Member) -> QuerySet[BankQuota]:
    """Return what the member sees, with the banks."""
    return quotas_visible_to(member).select_related("bank")


def _set(context: StepContext) -> BankQuota:
    given = dict(context.given)
    return set_bank_quota(bank_id=given.pop("bank").public_id, mode=Mode(given.pop("mode")), actor=context.member, at=context.at, **given)


@admin.register(BankQuota)
class BankQuotaAdmin(VisibleAdmin):
    """Quotas per bank, mode and period."""

    visible_to = staticmethod(quotas_listed)
    seen_by = frozenset({*SEES_ALL, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER})
    columns = ("bank", "mode", "amount", "from_on", "until_on", "document_number")
    shows = ("bank", "mode", "amount", "from_on", "until_on", "document_number")
    list_filter = ("mode", "bank")
    ordering = ("bank", "mode", "-from_on")
    new_steps = (
        Step(
            name="set",
            label="登记银行额度",
            who=allowed_for(InstitutionKind.CITY_INDUSTRY),
            form=QuotaForm,
            run=_set,
            clause="FP 1.3",
            sentence="额度按银行和模式登记；新额度生效之日，原额度终止。",
        ),
    )
    list_intro = "银行额度以贷款余额加已批未放计算占用，是单家银行的业务上限；基金总规模只作统计，不作为拒绝理由。"
