"""
Listed entries, applications and loans for tests, with fixed figures and traits for stages.

Everything lies in 2024 under version 1: listed on 2024-01-10, submitted on 2024-03-01, signed on 2024-04-01.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from common.dates import add_months
from common.enums import Category, Mode, Security, Size
from loans.enums import ApplicationState, MovementKind, SubmittedFor
from loans.models import Application, BankQuota, Contribution, Guarantee, Loan, LoanRate, Movement
from loans.rules.balances import Balance, change_of
from loans.rules.dates import earning_end
from parties.enums import MemberKind, Role
from parties.models import Member
from parties.selectors import district_of
from policy.models import Deadline, PolicyVersion, ReturnRate
from policy.services.deadlines import open_deadline
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory
from whitelist.enums import EntryKind, EntryState, ProjectType, Route
from whitelist.models import Batch, Entry, Project

SHANGHAI = ZoneInfo("Asia/Shanghai")
LISTED_ON = date(2024, 1, 10)
SUBMITTED_ON = date(2024, 3, 1)
SIGNED_ON = date(2024, 4, 1)
AVAILABLE_UNTIL = date(2025, 4, 1)
MATURES_ON = date(2029, 4, 1)


def noon(day: date) -> datetime:
    """Return noon of a day in Quanzhou."""
    return datetime.combine(day, time(12), tzinfo=SHANGHAI)


def version_1() -> PolicyVersion:
    """Return the plan of 2023, there by migration."""
    return PolicyVersion.objects.get(number=1)


class ReturnRateFactory(DjangoModelFactory):
    """3.5 % since 2023."""

    class Meta:
        model = ReturnRate
        django_get_or_create = ("effective_on",)

    rate = Decimal("0.035000")
    effective_on = date(2023, 1, 1)
    decided_on = date(2023, 1, 1)
    document_number = "泉工信〔2023〕2号"


class BankQuotaFactory(DjangoModelFactory):
    """A billion, without end."""

    class Meta:
        model = BankQuota

    bank = factory.SubFactory(InstitutionFactory)
    mode = Mode.SPECIAL
    amount = Decimal("1000000000.00")
    from_on = date(2023, 1, 1)
    document_number = "泉工信〔2023〕3号"


class ProjectFactory(DjangoModelFactory):
    """A technical upgrade of 200 million: at most 160 million fixed-asset and 20 million working capital."""

    class Meta:
        model = Project

    code = factory.Sequence(lambda n: f"2401-350582-04-02-{n:06d}")
    name = factory.Sequence(lambda n: f"智能化改造项目{n}")
    enterprise = factory.SubFactory(EnterpriseFactory)
    district = factory.LazyAttribute(lambda project: district_of(project.enterprise, on=LISTED_ON))
    project_type = ProjectType.TECHNICAL_UPGRADE
    total_investment = Decimal("200000000.00")


class BatchFactory(DjangoModelFactory):
    class Meta:
        model = Batch

    kind = EntryKind.PROJECT
    year = factory.LazyAttribute(lambda batch: batch.published_on.year)
    number = factory.Sequence(lambda n: n + 1)
    document_number = "泉工信〔2024〕1号"
    published_on = LISTED_ON
    published_by = factory.LazyFunction(lambda: MemberFactory.serving("city_industry"))


class EntryFactory(DjangoModelFactory):
    """A published project; ``rd`` makes it a published R&D enterprise with 40 million of last year's R&D expense."""

    class Meta:
        model = Entry

    class Params:
        rd = factory.Trait(
            kind=EntryKind.RD, route=Route.TAX_LIST, project=None, last_year_rd_expense=Decimal("40000000.00"), expires_on=None
        )

    kind = EntryKind.PROJECT
    route = Route.APPLICATION
    project = factory.SubFactory(ProjectFactory)
    enterprise = factory.LazyAttribute(lambda entry: entry.project.enterprise if entry.project else EnterpriseFactory())
    district = factory.LazyAttribute(lambda entry: district_of(entry.enterprise, on=LISTED_ON))
    list_year = factory.LazyAttribute(lambda entry: entry.published_on.year)
    total_investment = factory.LazyAttribute(lambda entry: entry.project.total_investment if entry.project else None)
    state = EntryState.PUBLISHED
    policy_version = factory.LazyFunction(version_1)
    is_eligible = True
    submitted_on = LISTED_ON
    decided_on = LISTED_ON
    consultation_round = 1
    published_on = LISTED_ON
    batch = factory.LazyAttribute(lambda entry: BatchFactory(kind=entry.kind, published_on=entry.published_on))
    expires_on = factory.LazyAttribute(lambda entry: add_months(entry.published_on, 24))


def _deadline(on: date) -> Deadline:
    return open_deadline(started_on=on, working_days=30, clause="FP 1.6.3", purpose="融资申请批复")


class ApplicationFactory(DjangoModelFactory):
    """A draft over 10 million for a listed project; traits put it where a step begins."""

    class Meta:
        model = Application

    class Params:
        rd = factory.Trait(entry=factory.SubFactory(EntryFactory, rd=True), category=Category.RD, security=Security.CREDIT)
        trust = factory.Trait(mode=Mode.TRUST)
        submitted = factory.Trait(
            state=ApplicationState.SUBMITTED,
            submitted_on=SUBMITTED_ON,
            submitted_for=SubmittedFor.ENTERPRISE,
            submitted_by=factory.SelfAttribute("drafted_by"),
            enterprise_size=Size.MEDIUM,
            policy_version=factory.LazyFunction(version_1),
            deadline=factory.LazyAttribute(lambda application: _deadline(application.submitted_on)),
        )
        under_review = factory.Trait(
            submitted=True, state=ApplicationState.UNDER_REVIEW, accepted_on=date(2024, 3, 4), review_began_on=date(2024, 3, 5)
        )
        approved = factory.Trait(
            under_review=True,
            state=ApplicationState.APPROVED,
            decided_on=date(2024, 3, 20),
            decision_recorded_on=factory.SelfAttribute("decided_on"),
            amount_approved=factory.SelfAttribute("amount_requested"),
            lapses_on=date(2024, 9, 20),
        )
        conditions_met = factory.Trait(
            approved=True,
            state=ApplicationState.CONDITIONS_MET,
            conditions_met_on=date(2024, 3, 25),
            conditions_recorded_on=factory.SelfAttribute("conditions_met_on"),
        )
        contracted = factory.Trait(conditions_met=True, state=ApplicationState.CONTRACTED, contracted_on=SIGNED_ON)

    number = factory.Sequence(lambda n: f"RZ2024{900_000 + n:06d}")  # beyond what the database counts up to
    entry = factory.SubFactory(EntryFactory)
    enterprise = factory.SelfAttribute("entry.enterprise")
    project = factory.SelfAttribute("entry.project")
    bank = factory.SubFactory(InstitutionFactory)
    mode = Mode.SPECIAL
    category = Category.FIXED_ASSET
    security = Security.SECURED
    amount_requested = Decimal("10000000.00")
    term_months = 60
    purpose = "购置设备"
    drafted_by = factory.LazyAttribute(lambda application: MemberFactory.of(application.enterprise))
    drafted_on = SUBMITTED_ON


class LoanFactory(DjangoModelFactory):
    """
    A contract over 10 million, not drawn; ``drawn_on=date(...)`` draws it whole that day, with what the first drawdown fixes.

    ``guaranteed`` adds the guarantee of a special-mode credit R&D loan. Further movements: ``move``.
    """

    class Meta:
        model = Loan
        skip_postgeneration_save = True

    class Params:
        rd = factory.Trait(application=factory.SubFactory(ApplicationFactory, contracted=True, rd=True))
        trust = factory.Trait(application=factory.SubFactory(ApplicationFactory, contracted=True, trust=True))

    application = factory.SubFactory(ApplicationFactory, contracted=True)
    contract_number = factory.Sequence(lambda n: f"HT2024-{n:05d}")
    bank = factory.SelfAttribute("application.bank")
    mode = factory.SelfAttribute("application.mode")
    category = factory.SelfAttribute("application.category")
    security = factory.SelfAttribute("application.security")
    enterprise = factory.SelfAttribute("application.enterprise")
    project = factory.SelfAttribute("application.project")
    policy_version = factory.SelfAttribute("application.policy_version")
    contract_amount = factory.SelfAttribute("application.amount_approved")
    enterprise_rate = Decimal("0.020000")
    signed_on = SIGNED_ON
    matures_on = MATURES_ON
    available_until = AVAILABLE_UNTIL

    @factory.post_generation
    def drawn_on(self: Any, create: bool, extracted: date | None, **kwargs: Any) -> None:
        """Draw the whole contract on a day."""
        if create and extracted is not None:
            fix(self, extracted)
            move(self, MovementKind.DRAWDOWN, self.contract_amount, extracted)

    @factory.post_generation
    def guaranteed(self: Any, create: bool, extracted: bool, **kwargs: Any) -> None:
        """Record a guarantee at half a per cent; ``guaranteed__fee_rate`` and the like say otherwise."""
        if create and extracted:
            guarantor = InstitutionFactory(guarantor=True)
            member = MemberFactory(institution=self.bank)
            given = {"fee_rate": Decimal("0.005"), "is_batch_scheme": True, "recorded_on": self.signed_on, "recorded_by": member}
            Guarantee.objects.create(loan=self, guarantor=guarantor, number=f"DB{self.pk}", **given | kwargs)


def fix(loan: Loan, first_on: date) -> None:
    """Set what the first drawdown fixes, by the facts of that day."""
    rate = ReturnRate.objects.filter(effective_on__lte=first_on).order_by("-effective_on").first() or ReturnRateFactory()
    loan.first_drawdown_on, loan.return_rate, loan.district = first_on, rate, district_of(loan.enterprise, on=first_on)
    loan.earns_until = earning_end(matures_on=loan.matures_on, first_drawdown_on=first_on, max_term_years=5)
    loan.save(update_fields=["first_drawdown_on", "return_rate", "district", "earns_until"])
    LoanRate.objects.create(loan=loan, from_on=first_on, rate=rate.rate, return_rate=rate)


def move(loan: Loan, kind: MovementKind, amount: Decimal | str, on: date) -> Movement:
    """Write one movement recorded on its own value date by a program of the bank; balances follow by the database's trigger."""
    amount = Decimal(amount)
    before = Movement.objects.filter(loan=loan, value_on__lte=on)
    balance = sum((movement.change for movement in before), Balance())  # type: ignore[arg-type]
    change = change_of(kind, amount=amount, value_on=on, balance=balance)
    program = Member.objects.filter(institution=loan.bank, kind=MemberKind.PROGRAM).first()
    movement = Movement.objects.create(
        loan=loan,
        kind=kind,
        amount=amount,
        performing=change.performing,
        overdue=change.overdue,
        drawn=change.drawn,
        value_on=on,
        recorded_at=noon(on),
        recorded_on=on,
        bank_reference=f"LS{loan.pk}-{Movement.objects.count()}",
        bank=loan.bank,
        made_by=program or MemberFactory(institution=loan.bank, program=True, user=None),
        made_by_kind=MemberKind.PROGRAM,
    )
    if loan.mode == Mode.TRUST and change.drawn:
        government = (amount * Decimal("0.05")).quantize(Decimal("0.01"))
        Contribution.objects.create(movement=movement, government=government, bank=amount - government)
    loan.refresh_from_db(fields=["performing", "overdue", "drawn"])
    return movement


def lender_of(loan: Loan, *, role: Role = Role.HANDLER) -> Member:
    """Return a new member of the bank of a special-mode loan with one role."""
    return MemberFactory(institution=loan.bank, roles=[role])
