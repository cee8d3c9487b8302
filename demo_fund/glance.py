"""The fund at a glance, and whether its books tie."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Sum

from audit.models import Event
from audit.verification import stored_batches, stored_damages
from common.money import display
from loans.models import Application, BankQuota, Loan, Movement
from loans.selectors.balances import balances_on
from parties.models import Enterprise, Institution
from subsidy.enums import SettlementState
from subsidy.models import Payment, Settlement
from whitelist.models import Entry

ZERO = Decimal(0)

# What must hold between the books, each as a query that returns the rows that break it.
TIES = {
    "结算明细之和不等于结算金额": """
        SELECT r.id FROM subsidy_revision r JOIN subsidy_settlement s ON s.current_id = r.id
        LEFT JOIN (SELECT revision_id, sum(subsidy) AS total FROM subsidy_line GROUP BY 1) l ON l.revision_id = r.id
        WHERE coalesce(l.total, 0) <> r.subsidy + r.adjustments""",
    "各县(市、区)份额之和不等于结算金额": """
        SELECT r.id FROM subsidy_revision r JOIN subsidy_settlement s ON s.current_id = r.id
        LEFT JOIN (SELECT revision_id, sum(city) AS city, sum(county) AS county,
                          sum(carried_in) AS carried_in, sum(carried_out) AS carried_out
                   FROM subsidy_share GROUP BY 1) h ON h.revision_id = r.id
        WHERE (coalesce(h.city, 0), coalesce(h.county, 0)) <> (r.city, r.county)
           OR coalesce(h.city + h.county + h.carried_out, 0) <> r.subsidy + r.adjustments + coalesce(h.carried_in, 0)""",
    "已拨付结算的付款之和不等于市县承担": """
        SELECT s.id FROM subsidy_settlement s JOIN subsidy_revision r ON r.id = s.current_id
        LEFT JOIN (SELECT settlement_id, sum(amount) AS total FROM subsidy_payment WHERE kind = 'share' AND state = 'paid' GROUP BY 1) p
               ON p.settlement_id = s.id
        WHERE s.state = 'paid' AND coalesce(p.total, 0) <> r.city + r.county""",
    "付款与记账凭证不一致": """
        SELECT p.id FROM subsidy_payment p
        LEFT JOIN (SELECT entry_id, sum(amount) AS total FROM ledger_leg WHERE amount > 0 GROUP BY 1) l ON l.entry_id = p.entry_id
        WHERE p.state = 'paid' AND l.total IS DISTINCT FROM p.amount""",
    "记账凭证借贷不平": "SELECT entry_id FROM ledger_leg GROUP BY 1 HAVING sum(amount) <> 0",
    "正常本金或逾期本金出现负数": "SELECT loan_id FROM loans_movement GROUP BY 1 HAVING sum(performing) < 0 OR sum(overdue) < 0",
}


def glance(*, on: date) -> str:
    """Return the fund on a day in a few lines."""
    drawn, outstanding = _lent(on)
    settled = Payment.objects.filter(state="paid", kind="share").aggregate(total=Sum("amount"))["total"] or ZERO
    applications = dict(Application.objects.values_list("state").annotate(n=Count("pk")).order_by())
    entries = Entry.objects.filter(state="published").values_list("kind").annotate(n=Count("pk")).order_by()
    paid = Settlement.objects.filter(state=SettlementState.PAID).count()
    listed = dict(entries)
    lines = (
        f"泉州市技术创新基金  截至 {on}",
        f"  企业 {Enterprise.objects.count()} 户，合作银行 {Institution.objects.filter(kind='bank').count()} 家",
        f"  白名单在列：项目 {listed.get('project', 0)} 个，研发企业 {listed.get('rd', 0)} 户",
        f"  银行额度合计 {_hundred_million(_quotas(on))}(首期规模不低于 100 亿元)",
        f"  融资申请 {sum(applications.values())} 笔：已签约 {applications.get('contracted', 0)}、"
        f"不予批复 {applications.get('refused', 0)}、"
        f"撤回 {applications.get('withdrawn', 0)}、失效 {applications.get('lapsed', 0)}，其余在办",
        f"  贷款 {Loan.objects.count()} 笔，累计放款 {_hundred_million(drawn)}，余额 {_hundred_million(outstanding)}",
        f"  贴息结算 {Settlement.objects.count()} 期次，已拨付 {paid} 期次，已付贴息 {display(settled)} 元",
        f"  审计事件 {Event.objects.count():,} 条，已全部封存",
    )
    return "\n".join(lines)


def problems_of_the_books(*, on: date) -> list[str]:
    """Return, as sentences, what does not tie; nothing when all is well."""
    return [*_broken_ties(), *_balance_problems(on), *_audit_problems()]


def _broken_ties() -> Iterator[str]:
    for sentence, query in TIES.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            rows = cursor.fetchall()
        if rows:
            yield f"{sentence}({len(rows)} 处，如编号 {rows[0][0]})"


def _balance_problems(on: date) -> Iterator[str]:
    """Compare the balances that the product shows with the plain sum of the movements by kind."""
    balances = balances_on(Loan.objects.all(), on)
    shown = sum((balance.outstanding for balance in balances.values()), ZERO)
    sums = dict(Movement.objects.filter(value_on__lte=on).values_list("kind").annotate(total=Sum("amount")).order_by())
    reversed_sums = dict(
        Movement.objects.filter(value_on__lte=on, reverses__isnull=False)
        .values_list("reverses__kind")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    net = {kind: sums.get(kind, ZERO) - reversed_sums.get(kind, ZERO) for kind in ("drawdown", "repayment")}
    if net["drawdown"] - net["repayment"] != shown:
        yield f"贷款余额 {display(shown)} 元与变动之和 {display(net['drawdown'] - net['repayment'])} 元不一致"


def _audit_problems() -> Iterator[str]:
    """Name what is damaged; an event that is not sealed yet is none: the next run seals it."""
    yield from (damage.sentence for damage in stored_damages(stored_batches()))


def _lent(on: date) -> tuple[Decimal, Decimal]:
    drawn = Movement.objects.filter(kind="drawdown", value_on__lte=on).aggregate(total=Sum("amount"))["total"] or ZERO
    taken_back = Movement.objects.filter(reverses__kind="drawdown", value_on__lte=on).aggregate(total=Sum("amount"))["total"] or ZERO
    balances = balances_on(Loan.objects.all(), on)
    return drawn - taken_back, sum((balance.outstanding for balance in balances.values()), ZERO)


def _quotas(on: date) -> Decimal:
    return BankQuota.objects.filter(from_on__lte=on).exclude(until_on__lte=on).aggregate(total=Sum("amount"))["total"] or ZERO


def _hundred_million(amount: Decimal) -> str:
    return f"{amount / 100_000_000:,.2f} 亿元"
