"""A year of two banks that is led to its lock by hand: who acts, and what was submitted."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from common.enums import Mode
from loans.models import Application
from parties.enums import Role
from parties.models import Institution, Member
from reporting.models import ResponseYear
from reporting.response_rates.services.jobs import keep_response_years
from reporting.response_rates.services.years import lock_year, publish_year, sign_trust
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import noon
from tests.reporting.applied import AFTER, DUE, applied

BOTH = [Role.HANDLER, Role.CHECKER]
# The last working day of 2024 has its 30th working day on 18 February 2025 at the latest; see ``last_due_of``.
OVER = date(2025, 3, 3)
PUBLISHED = date(2025, 3, 21)
LOCKABLE = date(2025, 4, 8)


@dataclass
class Year:
    """2024 with two banks: the first 2 of 3 in time, the second 1 of 1 by 信托; who signs, publishes, locks, objects."""

    bank: Institution = field(default_factory=InstitutionFactory)
    rival: Institution = field(default_factory=InstitutionFactory)

    @cached_property
    def banker(self) -> Member:
        """Somebody of the first bank."""
        return MemberFactory(institution=self.bank, roles=BOTH)

    @cached_property
    def rival_banker(self) -> Member:
        """Somebody of the second bank."""
        return MemberFactory(institution=self.rival, roles=BOTH)

    @cached_property
    def publisher(self) -> Member:
        """Who publishes and drafts answers at 市工信局."""
        return MemberFactory.serving("city_industry", roles=BOTH)

    @cached_property
    def checker(self) -> Member:
        """The other one there."""
        return MemberFactory.serving("city_industry", roles=BOTH)

    @cached_property
    def manager(self) -> Member:
        """Who signs at the trust company."""
        return MemberFactory(institution=InstitutionFactory(fund_manager=True), roles=BOTH)

    @cached_property
    def late(self) -> Application:
        """The first bank's application that came a day late."""
        return applied(self.bank, met=AFTER)

    def submitted(self, *, trust: bool = True) -> ResponseYear:
        """Return the year with its applications, as the job opens it."""
        for _ in range(2):
            applied(self.bank, met=DUE)
        assert self.late
        applied(self.rival, met=DUE, mode=Mode.TRUST if trust else Mode.SPECIAL)
        assert self.manager
        keep_response_years(at=noon(OVER))
        return ResponseYear.objects.get(year=2024)

    def published(self, *, at: datetime | None = None) -> ResponseYear:
        """Return the year as the banks check it."""
        year = self.submitted()
        sign_trust(year_id=year.public_id, actor=self.manager, at=noon(OVER))
        return publish_year(year_id=year.public_id, actor=self.publisher, at=at or noon(PUBLISHED))

    def locked(self) -> ResponseYear:
        """Return the year locked."""
        year = self.published()
        return lock_year(year_id=year.public_id, actor=self.checker, at=noon(LOCKABLE))
