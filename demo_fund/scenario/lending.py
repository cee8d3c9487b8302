"""How the demo's enterprises borrow and pay back, and how banks decide."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from common.dates import add_months
from common.enums import Category, Mode, Security
from demo_fund.companies import Company
from demo_fund.financing import Change, Financing
from demo_fund.papers import attach_paper
from demo_fund.player import Step
from demo_fund.stage import Stage
from loans.enums import MovementKind, RefusalReason
from loans.models import Application, Loan
from loans.movement_steps import NewMovement
from loans.services.applications import (
    accept_application,
    answer_supplement,
    ask_supplement,
    begin_review,
    draft_application,
    meet_conditions,
    record_intent,
    refuse_application,
    withdraw_application,
)
from loans.services.approval import approve_application
from loans.services.contracts import record_guarantee, sign_contract
from loans.services.proposals import confirm_proposals, propose_movements
from loans.services.submission import required_papers, submit_application
from loans.services.use_of_funds import record_use_check
from parties.models import Institution
from whitelist.enums import EntryKind, EntryState
from whitelist.models import Entry

INTRODUCING = 55  # before whatever an enterprise does as a borrower
FEE_RATES = (Decimal("0.008"), Decimal("0.010"), Decimal("0.009"))
REFUSALS = (RefusalReason.REPAYMENT_CAPACITY, RefusalReason.CREDIT_HISTORY, RefusalReason.PROJECT_RISK)


Written = tuple[Financing, int, Change]  # a loan, the number of its movement, the movement


def lending_steps(stage: Stage, financings: Sequence[Financing]) -> Iterator[Step]:
    """Yield every step of every financing up to the demo's last day."""
    for financing in financings:
        for wished, order, act in _life(stage, financing):
            on = stage.working_day(wished)
            if on <= stage.until:
                yield Step(on, order, act, is_plain=True, lane=_lane(financing))
    yield from _movement_steps(stage, financings)
    yield from _introductions(stage, financings)


def _lane(f: Financing) -> str:
    """Return whose affair a financing is: the bank's, in trust mode the fund manager's."""
    return "trust" if f.mode == "trust" else f.bank


def _introductions(stage: Stage, financings: Sequence[Financing]) -> Iterator[Step]:
    """
    Yield the days on which enterprises that will borrow name their person: at the beginning of the month before the first application.

    Between the two lies a run of the jobs or the publication of a list, so that no lane asks for a person whom another still introduces.
    """
    first: dict[str, Financing] = {}
    for f in sorted(financings, key=lambda f: f.submitted_on):
        first.setdefault(f.company.credit_code, f)
    beginners: dict[tuple[date, str], list[Company]] = defaultdict(list)
    for f in first.values():
        beginners[max(add_months(f.submitted_on.replace(day=1), -1), stage.first_on), f.company.place.code].append(f.company)
    for (month, county), companies in beginners.items():
        on = stage.working_day(month)
        if on <= stage.until:
            yield Step(on, INTRODUCING, partial(_introduce, stage, companies), is_plain=True, lane=county)


def _introduce(stage: Stage, companies: Sequence[Company], at: datetime) -> None:
    for company in companies:
        stage.person_of(company, at=at)


def _movement_steps(stage: Stage, financings: Sequence[Financing]) -> Iterator[Step]:
    """Yield what each lender records on a day: one list of all its loans, as banks send it."""
    lists: dict[tuple[date, str], list[Written]] = defaultdict(list)
    for f in financings:
        for index, change in enumerate(f.changes):
            on = stage.working_day(change.recorded_on or change.on)
            if on <= stage.until:
                lists[on, _lane(f)].append((f, index, change))
    for (on, lane), written in lists.items():
        yield Step(on, 70, partial(_record, stage, written), is_plain=True, lane=lane)


def _life(stage: Stage, f: Financing) -> Iterator[tuple[date, int, partial[None]]]:
    """Yield (wished day, order within a day, act) of one financing."""
    yield f.submitted_on - timedelta(days=4), 60, partial(_meet, stage, f)
    yield f.submitted_on, 61, partial(_submit, stage, f)
    yield f.submitted_on + timedelta(days=2), 62, partial(_bank_act, stage, f, accept_application)
    if f.fate == "withdrawn":
        yield f.submitted_on + timedelta(days=7), 63, partial(_withdraw, stage, f)
        return
    if f.supplement:
        yield f.submitted_on + timedelta(days=3), 63, partial(_ask, stage, f)
        yield f.submitted_on + timedelta(days=6), 64, partial(_answer, stage, f)
    yield f.submitted_on + timedelta(days=7), 65, partial(_bank_act, stage, f, begin_review)
    if f.fate == "open":  # whoever decides has not
        return
    if f.fate == "refused":
        yield f.decided_on, 66, partial(_refuse, stage, f)
        return
    yield f.decided_on, 66, partial(_approve, stage, f)
    if f.fate == "lapsed":
        return
    yield f.conditions_on, 67, partial(_bank_act, stage, f, meet_conditions)
    if f.fate == "ready":
        return
    yield f.contract_on, 68, partial(_sign, stage, f)
    if f.fate == "running":
        yield f.contract_on + timedelta(days=95), 69, partial(_follow_money, stage, f)


def _bank(stage: Stage, f: Financing) -> Institution:
    return stage.cast.institutions[f.bank]


def _lender(stage: Stage, f: Financing) -> Institution:
    """Return who signs and draws: the bank, in trust mode the fund manager."""
    return stage.cast.of_kind("fund_manager") if f.mode == "trust" else _bank(stage, f)


def _application(f: Financing) -> Application:
    """Return the application with nothing but what names it; services read the rest themselves."""
    return Application.objects.only("public_id").get(bank_reference=f.key)


def _entry(f: Financing) -> Entry:
    listed = Entry.objects.filter(enterprise__credit_code=f.company.credit_code, state=EntryState.PUBLISHED)
    if f.project is not None:
        return listed.get(project__code=f.project.code)
    return listed.filter(kind=EntryKind.RD).latest("published_on")


def _meet(stage: Stage, f: Financing, at: datetime) -> None:
    record_intent(entry_id=_entry(f).public_id, actor=stage.cast.handler(_bank(stage, f)), at=at)


def _submit(stage: Stage, f: Financing, at: datetime) -> None:
    person = stage.person_of(f.company, at=at)
    county = stage.county_handler(f.company.place.code)
    actor = {"enterprise": person, "bank": stage.cast.handler(_bank(stage, f)), "county": county}[f.submitted_for]
    category = Category(f.category)
    purpose = "研发人员薪酬、研发材料和设备" if category == Category.RD else f"{f.project.name if f.project else ''}建设"
    application = draft_application(
        entry_id=_entry(f).public_id,
        bank_id=_bank(stage, f).public_id,
        mode=Mode(f.mode),
        category=category,
        security=Security(f.security),
        amount_requested=f.amount,
        term_months=f.term_months,
        purpose=purpose,
        bank_reference=f.key,
        actor=actor,
        at=at,
    )
    for paper in required_papers(application, f.submitted_for, on=at.date()):
        attach_paper(application, paper.value, label=paper.label, actor=actor, at=at)
    submit_application(application_id=application.public_id, actor=actor, at=at)


def _bank_act(stage: Stage, f: Financing, service: Callable[..., Application], at: datetime) -> None:
    service(application_id=_application(f).public_id, actor=stage.cast.handler(_bank(stage, f)), at=at)


def _withdraw(stage: Stage, f: Financing, at: datetime) -> None:
    person = stage.person_of(f.company, at=at)
    withdraw_application(application_id=_application(f).public_id, reason="企业调整资金安排，暂不融资。", actor=person, at=at)


def _ask(stage: Stage, f: Financing, at: datetime) -> None:
    what = "请补充最近一期财务报表及主要设备采购合同。"
    ask_supplement(application_id=_application(f).public_id, what=what, actor=stage.cast.handler(_bank(stage, f)), at=at)


def _answer(stage: Stage, f: Financing, at: datetime) -> None:
    person = stage.person_of(f.company, at=at)
    answer_supplement(application_id=_application(f).public_id, answer="已补充上传。", actor=person, at=at)


def _refuse(stage: Stage, f: Financing, at: datetime) -> None:
    refuse_application(
        application_id=_application(f).public_id,
        reason=REFUSALS[f.number % len(REFUSALS)],
        remark="经本行审查，暂不满足授信条件。",
        actor=stage.cast.checker(_bank(stage, f)),
        at=at,
    )


def _approve(stage: Stage, f: Financing, at: datetime) -> None:
    actor = stage.cast.checker(_bank(stage, f))
    approve_application(application_id=_application(f).public_id, amount=f.amount, actor=actor, at=at)


def _sign(stage: Stage, f: Financing, at: datetime) -> None:
    lender = _lender(stage, f)
    loan = sign_contract(
        application_id=_application(f).public_id,
        contract_number=f"{f.bank.upper()}-{at.year}-{f.number:04d}",
        contract_amount=f.amount,
        matures_on=f.matures_on,
        available_until=min(add_months(f.contract_on, 18), f.matures_on),
        actor=stage.cast.handler(lender),
        at=at,
    )
    if f.mode == "special" and f.category == "rd" and f.security == "credit":
        _guarantee(stage, f, loan, at)


def _guarantee(stage: Stage, f: Financing, loan: Loan, at: datetime) -> None:
    guarantor = stage.cast.of_kind("guarantor")
    record_guarantee(
        loan_id=loan.public_id,
        guarantor_id=guarantor.public_id,
        number=f"CTDB-{at.year}-{f.number:04d}",
        fee_rate=FEE_RATES[f.number % len(FEE_RATES)],
        is_batch_scheme=f.number % 4 != 0,
        actor=stage.cast.handler(_bank(stage, f)),
        at=at,
    )


def _record(stage: Stage, written: Sequence[Written], at: datetime) -> None:
    """Put down the lender's list, kind by kind, and let the colleague check it."""
    lender = _lender(stage, written[0][0])
    keys = [f.key for f, *_ in written]
    loans = dict(Loan.objects.filter(application__bank_reference__in=keys).values_list("application__bank_reference", "public_id"))
    kinds: dict[str, list[NewMovement]] = defaultdict(list)
    for f, index, change in written:
        kinds[change.kind].append(_movement(f, index, change, loan_id=loans[f.key], today=at.date()))
    for kind in sorted(kinds):
        proposals = propose_movements(kinds[kind], kind=MovementKind(kind), actor=stage.cast.handler(lender), at=at)
        confirm_proposals([proposal.public_id for proposal in proposals], actor=stage.cast.checker(lender), at=at)


def _movement(f: Financing, index: int, change: Change, *, loan_id: UUID, today: date) -> NewMovement:
    value_on = change.on if change.recorded_on else today
    return NewMovement(
        loan_id=loan_id,
        amount=change.amount,
        value_on=value_on,
        bank_reference=f"{f.key}-{index:02d}",
        reason="回单次月到达，补记。" if value_on < today else "",
    )


def _follow_money(stage: Stage, f: Financing, at: datetime) -> None:
    misused = f.is_misused
    record_use_check(
        loan_id=_application(f).loan.public_id,
        is_misuse=misused,
        misuse_from=at.date() - timedelta(days=20) if misused else None,
        finding="部分资金转入关联公司账户，与约定用途不符。" if misused else "发票、合同与支付凭证一致，资金用于约定用途。",
        actor=stage.cast.handler(_bank(stage, f)),
        at=at,
    )
