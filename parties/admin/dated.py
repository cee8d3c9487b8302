"""The dated rows of enterprises and banks, each with a page of its own, so that one typed wrong can be put right there."""

from django.contrib import admin
from django.db.models import QuerySet

from common.admin.visible import VisibleAdmin
from parties.access import SEES_ALL, sees_all
from parties.enums import COUNTY_KINDS, InstitutionKind
from parties.models import BankParticipation, Member, TaxHome
from parties.selectors import enterprises_visible_to


def homes_visible_to(member: Member) -> QuerySet[TaxHome]:
    """Return the income-tax homes of the enterprises the member sees."""
    return TaxHome.objects.select_related("enterprise", "district").filter(enterprise__in=enterprises_visible_to(member))


def participations_visible_to(member: Member) -> QuerySet[BankParticipation]:
    """Return the periods of participation: all for who sees every case, else the bank's own, since each names a document."""
    periods = BankParticipation.objects.select_related("bank")
    return periods if sees_all(member) else periods.filter(bank=member.institution_id)


@admin.register(TaxHome)
class TaxHomeAdmin(VisibleAdmin):
    """Where enterprises pay their income tax, period by period."""

    visible_to = staticmethod(homes_visible_to)
    seen_by = frozenset({*SEES_ALL, *COUNTY_KINDS})
    columns = ("enterprise", "district", "from_on", "until_on")
    shows = ("enterprise", "district", "from_on", "until_on")
    search_fields = ("enterprise__name", "enterprise__credit_code")
    list_filter = ("district",)
    ordering = ("-from_on", "-id")
    list_intro = "新的所得税归属在企业页面登记；尚未生效的可以撤销，已生效而录入有误的由两人更正。"


@admin.register(BankParticipation)
class BankParticipationAdmin(VisibleAdmin):
    """When banks take new business, mode by mode."""

    visible_to = staticmethod(participations_visible_to)
    seen_by = frozenset({*SEES_ALL, InstitutionKind.BANK})
    columns = ("bank", "mode", "from_on", "until_on", "document_number")
    shows = ("bank", "mode", "from_on", "until_on", "document_number")
    list_filter = ("mode", "bank")
    ordering = ("bank", "mode", "-from_on")
    list_intro = "参与期间在银行页面登记；尚未生效的可以撤销，已生效而录入有误的由两人更正。"
