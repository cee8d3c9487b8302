"""Who is told what about a settlement: each note once per revision or payment."""

from collections.abc import Iterable
from datetime import datetime

from notices.services import notify
from parties.enums import InstitutionKind
from parties.selectors import county_bureaus, institution_of_kind
from subsidy.access import claimant
from subsidy.models import Objection, Payment, Settlement


def notify_claimant(settlement: Settlement, *, at: datetime) -> None:
    """Tell the bank or, in trust mode, the fund manager that a revision waits for its confirmation. Source: FP 1.6.4; D35."""
    revision = settlement.current
    if revision is None:
        return
    notify(
        key=f"settlement_draft:{settlement.public_id}:{revision.number}",
        kind="settlement_draft",
        title=f"{settlement}待确认",
        body=f"第{revision.number}版应贴息合计{revision.total:,.2f}元（市级{revision.city:,.2f}元、县级{revision.county:,.2f}元），请核对后确认。",
        at=at,
        institution=claimant(settlement),
        obj=settlement,
    )


def notify_counties(settlement: Settlement, *, at: datetime) -> None:
    """Tell each county that bears a share what it is, while it may still object. Source: D41."""
    revision = settlement.current
    if revision is None:
        return
    shares = list(revision.shares.select_related("district").filter(county__gt=0))
    bureaus = county_bureaus(share.district for share in shares)
    for share in shares:
        notify(
            key=f"settlement_share:{settlement.public_id}:{revision.number}:{share.pk}",
            kind="settlement_share",
            title=f"{settlement}县级分担金额",
            body=f"{share.district}应承担贴息{share.county:,.2f}元。如有异议，请在备案前提出并说明理由。",
            at=at,
            institution=bureaus[share.district_id],
            obj=settlement,
        )


def notify_of_objection(objection: Objection, *, at: datetime) -> None:
    """Tell 市工信局 that a county objects. Source: D41."""
    notify(
        key=f"objection:{objection.public_id}",
        kind="settlement_objection",
        title=f"{objection.district}对贴息结算提出异议",
        body=f"{objection.district}对{objection.settlement}的承担金额提出异议：{objection.reason}。请在备案前答复。",
        at=at,
        institution=institution_of_kind(InstitutionKind.CITY_INDUSTRY),
        obj=objection.settlement,
    )


def notify_payers(payments: Iterable[Payment], *, at: datetime) -> None:
    """Tell each payer what has fallen due. Source: FP 1.6.4; D35, D41."""
    for payment in payments:
        notify(
            key=f"payment_due:{payment.public_id}",
            kind="payment_due",
            title=f"{payment.settlement}待付款",
            body=f"应向{payment.payee}{payment.get_kind_display()}贴息{payment.amount:,.2f}元，付款后请登记日期和凭证号并经复核。",
            at=at,
            institution=payment.payer,
            obj=payment.settlement,
        )
