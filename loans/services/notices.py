"""Whom to tell what about a case: each message once, by its key."""

from datetime import date, datetime

from common.money import display
from loans.models import Application, Loan
from notices.services import notify
from parties.enums import InstitutionKind
from parties.models import District, Institution


def bureaus_of(district: District) -> list[Institution]:
    """Return the city's industry bureau and the industry bureau of the district, as far as they are entered."""
    city = Institution.objects.filter(kind=InstitutionKind.CITY_INDUSTRY, is_active=True)
    county = Institution.objects.filter(kind=InstitutionKind.COUNTY_INDUSTRY, district=district, is_active=True)
    return [*county, *city]


def notify_bank(application: Application, *, event: str, title: str, body: str, at: datetime, urgent: bool = False) -> None:
    """Tell the bank something about an application, once per event."""
    notify(
        key=f"application:{application.public_id}:{event}:bank",
        kind="application",
        title=title,
        body=body,
        at=at,
        institution=application.bank,
        obj=application,
        urgent=urgent,
    )


def notify_enterprise(application: Application, *, event: str, title: str, body: str, at: datetime) -> None:
    """Tell the enterprise something about its application, once per event. Source: FP 1.6.2(1)."""
    notify(
        key=f"application:{application.public_id}:{event}:enterprise",
        kind="application",
        title=title,
        body=body,
        at=at,
        enterprise=application.enterprise,
        obj=application,
    )


def notify_of_decision(application: Application, *, at: datetime) -> None:
    """Feed the bank's decision back to the enterprise. Source: FP 1.6.2(1)."""
    if application.amount_approved is not None:
        body = (
            f"{application.bank.name}已于 {application.decided_on} 批复申请 {application.number}，批复金额 "
            f"{display(application.amount_approved)} 元。请在 {application.lapses_on} 以前完成签约，逾期批复失效。"
        )
        notify_enterprise(application, event="decided", title=f"融资申请 {application.number} 已批复", body=body, at=at)
        return
    reason = application.get_refusal_reason_display()
    remark = f"（{application.refusal_remark}）" if application.refusal_remark else ""
    body = f"{application.bank.name}于 {application.decided_on} 对申请 {application.number} 不予批复，原因：{reason}{remark}。"
    notify_enterprise(application, event="decided", title=f"融资申请 {application.number} 不予批复", body=body, at=at)


def notify_of_late_entry(application: Application, *, step: str, on: date, recorded_on: date, reason: str, at: datetime) -> None:
    """
    Tell the city's and the county's industry bureaus that an end of the 30 days was dated back to before their last day.

    Nothing is said where the step was also written down in time.

    Source: FP 1.6.3, FP 1.6.5; D7.
    """
    deadline = application.deadline
    if deadline is None or not on <= deadline.due_on < recorded_on:
        return
    for institution in bureaus_of(application.entry.district):
        notify(
            key=f"application:{application.public_id}:late:{step}:{institution.pk}",
            kind="late_entry",
            title=f"融资申请 {application.number} 在批复时限后补录{step}",
            body=(
                f"{application.bank.name}于 {recorded_on} 补录{application.enterprise.name}的融资申请 {application.number}{step}，"
                f"办理日期为 {on}，批复时限至 {deadline}。补录理由：{reason}。请核实。"
            ),
            at=at,
            institution=institution,
            obj=application,
        )


def notify_of_misuse(loan: Loan, *, district: District, finding: str, at: datetime) -> None:
    """Tell the city's and the county's industry bureaus that a loan was misused and its subsidy stops. Source: FP 1.6.3; D11."""
    for institution in bureaus_of(district):
        notify(
            key=f"loan:{loan.public_id}:misuse:{loan.subsidy_stopped_on}:{institution.pk}",
            kind="misuse",
            title=f"贷款 {loan.contract_number} 发现资金挪用，停止贴息",
            body=(
                f"{loan.bank.name}检查发现{loan.enterprise.name}的贷款 {loan.contract_number} 资金被挪用，自 "
                f"{loan.subsidy_stopped_on} 起停止贴息。检查情况：{finding}"
            ),
            at=at,
            institution=institution,
            obj=loan,
            urgent=True,
        )
