"""Who is told what of response rates: each bank its own, once."""

from datetime import datetime

from common.money import percent
from notices.services import notify
from parties.enums import InstitutionKind
from parties.models import Institution
from parties.selectors import institution_of_kind
from reporting.models import RateObjection, ResponseYear
from reporting.response_rates.rules import Counts
from reporting.response_rates.selectors.live import Unrecorded
from reporting.response_rates.selectors.statistics import YearStatistics


def said_rate(counts: Counts) -> str:
    """Return a rate with the enterprises it is made of, as people read it."""
    if counts.rate is None:
        return "不适用(没有到期企业)"
    return f"{percent(counts.rate)}({counts.in_time}/{counts.matured}户)"


def notify_banks_to_check(year: ResponseYear, statistics: YearStatistics, *, at: datetime) -> None:
    """Send each bank its own rate and place, and until when it may object. Source: FP 1.6.5; D43."""
    for bank, said in _own(statistics):
        notify(
            key=f"response_year:{year.public_id}:check:{bank.pk}",
            kind="response_rate",
            title=f"{year}请核对",
            body=f"{said}如对申请的统计结果有异议，请在{year.dispute_deadline}前逐笔提出；核对期满后锁定。",
            at=at,
            institution=bank,
            obj=year,
        )


def notify_banks_of_lock(year: ResponseYear, statistics: YearStatistics, *, at: datetime) -> None:
    """Send each bank its own locked rate and place. Source: FP 1.6.5; D43."""
    for bank, said in _own(statistics):
        notify(
            key=f"response_year:{year.public_id}:locked:{bank.pk}",
            kind="response_rate",
            title=f"{year}已锁定",
            body=f"{said}此结果已锁定，此后的补录不再改变。",
            at=at,
            institution=bank,
            obj=year,
        )


def notify_city_of_objection(objection: RateObjection, *, at: datetime) -> None:
    """Tell 市工信局 that a bank objects, and until when to answer. Source: D43."""
    notify(
        key=f"rate_objection:{objection.public_id}:filed",
        kind="response_rate",
        title=f"{objection.bank}对申请 {objection.application.number} 的响应率统计提出异议",
        body=f"请求：{objection.get_asked_display()}。理由：{objection.reason}。请在{objection.deadline}前答复。",
        at=at,
        institution=institution_of_kind(InstitutionKind.CITY_INDUSTRY),
        obj=objection,
    )


def notify_bank_of_answer(objection: RateObjection, *, at: datetime) -> None:
    """Tell the bank what became of its objection. Source: D43."""
    notify(
        key=f"rate_objection:{objection.public_id}:answered",
        kind="response_rate",
        title=f"申请 {objection.application.number} 的响应率异议已答复：{objection.get_verdict_display()}",
        body=objection.answer,
        at=at,
        institution=objection.bank,
        obj=objection,
    )


def notify_of_trust_return(year: ResponseYear, *, at: datetime) -> None:
    """Tell the fund manager until when it signs the trust mode's part. Source: FP 1.6.5; D43."""
    notify(
        key=f"response_year:{year.public_id}:trust_due",
        kind="response_rate",
        title=f"{year}信托服务模式统计待签署",
        body=f"{year.year}年度提交的申请已全部期满，请核对信托服务模式各银行响应率，在{year.trust_deadline}前签署报送市工信局。",
        at=at,
        institution=institution_of_kind(InstitutionKind.FUND_MANAGER),
        obj=year,
    )


def notify_of_late_trust_return(year: ResponseYear, *, at: datetime) -> None:
    """Tell fund manager and 市工信局 that the trust mode's part is late. Source: FP 1.6.5; D43."""
    for kind in (InstitutionKind.FUND_MANAGER, InstitutionKind.CITY_INDUSTRY):
        notify(
            key=f"response_year:{year.public_id}:trust_late:{kind}",
            kind="response_rate",
            title=f"{year}信托服务模式统计逾期未报送",
            body=f"信托服务模式统计应在{year.trust_deadline}前由基金管理人签署报送，现已逾期。",
            at=at,
            institution=institution_of_kind(kind),
            obj=year,
            urgent=True,
        )


def notify_of_unrecorded(year: ResponseYear, bank: Institution, found: Unrecorded, *, at: datetime) -> None:
    """Tell 市工信局, once per bank and year, that many of a bank's applications came without intent. Source: FP 1.6.5; D44."""
    notify(
        key=f"response_year:{year.public_id}:no_intent:{bank.pk}",
        kind="response_rate",
        title=f"{bank}{year.year}年度无合作意向的申请偏多",
        body=(
            f"{bank.name}{year.year}年度收到的{found.applications}笔申请中，{found.without_intent}笔没有登记合作意向，不计入响应率。"
            "合作意向由银行登记，请核实是否有应登记未登记的情况。"
        ),
        at=at,
        institution=institution_of_kind(InstitutionKind.CITY_INDUSTRY),
        obj=year,
        urgent=True,
    )


def _own(statistics: YearStatistics) -> list[tuple[Institution, str]]:
    """Return each bank with what is said to it: its own rate and place among those that have one."""
    places = statistics.places()
    found = []
    for bank in Institution.objects.filter(pk__in=statistics.banks).order_by("code"):
        place = f"，列第{places[bank.pk]}位(共{len(places)}家)" if bank.pk in places else ""
        found.append((bank, f"贵行{statistics.year}年度响应率{said_rate(statistics.of(bank.pk).counts)}{place}。"))
    return found
