"""
The demo's programs: each bank, the fund manager and the guarantor get a client whose secret every visitor may know; what the city published
waits for each bank that takes part.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from api.enums import Scope
from api.models import ApiClient, ClientSecret
from api.oauth import digest_of
from api.services.clients import CALLING_KINDS, propose_client
from common.errors import DomainError
from demo_fund.keepers import agreed
from parties.models import BankParticipation, Institution, Member, RightsChange
from parties.selectors import in_force_on
from whitelist.enums import ChannelKind, Transport
from whitelist.models import Channel
from whitelist.services.announcing import queue
from whitelist.services.delivering import deliver_whole_list

KEEPER = "gongxin"  # the city's clerk, who keeps the whitelist
REQUESTS_PER_MINUTE = 3000  # a visitor's bank, a simulator and a conformance run at once


class NotInProduction(DomainError):
    """Secrets that everybody knows open nothing but the demo."""

    code = "not_in_production"
    sentence = "演示用的接口密钥不能进入正式环境。"


def credentials_of(institution: Institution) -> tuple[str, str]:
    """Return the client id and secret of an institution's demo program; both follow from its code."""
    return f"demo-{institution.code}", f"demo-secret-{institution.code}-2026"


@transaction.atomic
def open_programs(*, at: datetime) -> list[ApiClient]:
    """
    Open a client for each institution that has none, with every scope, and return the new ones; a second call opens nothing.

    Raises:
        NotInProduction.
    """
    if settings.IS_PRODUCTION:
        raise NotInProduction
    known = set(ApiClient.objects.values_list("application__client_id", flat=True))
    calling = Institution.objects.filter(kind__in=CALLING_KINDS, is_active=True).order_by("pk")
    without = [institution for institution in calling if credentials_of(institution)[0] not in known]
    opened = [_open_program(institution, at=at) for institution in without]
    _let_fetch_the_whitelist(without, at=at)
    return opened


def program_logins() -> list[tuple[str, str, str]]:
    """Return (institution, client id, secret) of every demo program that is open."""
    clients = ApiClient.objects.filter(is_active=True).select_related("member__institution", "application").order_by("pk")
    return [
        (str(institution), *credentials)
        for client in clients
        if (institution := client.member.institution) is not None
        and (credentials := credentials_of(institution))[0] == client.application.client_id
    ]


def _open_program(institution: Institution, *, at: datetime) -> ApiClient:
    """Open one client, and let the secret known to visitors be its secret."""
    client_id, secret = credentials_of(institution)

    def propose(actor: Member) -> RightsChange:
        return propose_client(
            institution=institution,
            name=f"{institution.short_name}核心系统（演示）",
            scopes=Scope,
            actor=actor,
            at=at,
            requests_per_minute=REQUESTS_PER_MINUTE,
            client_id=client_id,
        )

    client = ApiClient.objects.get(member=agreed(propose, at=at))
    ClientSecret.objects.create(client=client, sha256=digest_of(secret), issued_at=at)
    return client


def _let_fetch_the_whitelist(institutions: Sequence[Institution], *, at: datetime) -> None:
    """Let the banks among them that take part fetch the whitelist as it stands, and what is published from now on. Source: FP 1.6.2."""
    taking_part = set(BankParticipation.objects.filter(in_force_on(localdate(at))).values_list("bank", flat=True))
    channels = [
        Channel.objects.create(
            code=f"demo-{bank.code}",
            name=f"{bank.short_name}接口（演示）",
            kind=ChannelKind.BANK,
            institution=bank,
            transport=Transport.PULL,
        )
        for bank in institutions
        if bank.pk in taking_part
    ]
    if channels:
        keeper = Member.objects.get(user__username=KEEPER)
        queue(deliver_whole_list(channel=channels[0], actor=keeper, at=at), channels[1:], at=at)
