"""What every act needs: the cast, the calendar, and the enterprises and districts by code."""

from datetime import date, datetime
from functools import cached_property

from demo_fund.cast import Cast, appoint_person_of
from demo_fund.companies import Company
from demo_fund.window import Window
from parties.models import District, Enterprise, Member
from parties.services.enterprises import NewEnterprise, register_enterprise
from policy.working_days import WorkingCalendar


class Stage:
    """The demo's surroundings, looked up once."""

    def __init__(self, *, cast: Cast, calendar: WorkingCalendar, window: Window) -> None:
        self.cast = cast
        self.calendar = calendar
        self.window = window
        self.until = window.until
        self.first_on = window.first_on

    @cached_property
    def districts(self) -> dict[str, District]:
        """Every district by code."""
        return {district.code: district for district in District.objects.all()}

    def working_day(self, wished: date) -> date:
        """Return the wished day, or the next working day after it."""
        return self.calendar.next_working_day(wished)

    def enterprise(self, company: Company) -> Enterprise:
        """Return the stored enterprise."""
        return Enterprise.objects.get(credit_code=company.credit_code)

    def ensure_enterprise(self, company: Company, *, at: datetime) -> Enterprise:
        """Return the stored enterprise; its county enters it if nobody has."""
        known = Enterprise.objects.filter(credit_code=company.credit_code).first()
        if known is not None:
            return known
        new = NewEnterprise(
            credit_code=company.credit_code,
            name=company.name,
            industry_code=company.industry_code,
            registered_on=company.registered_on,
            registered_capital=company.registered_capital,
            tax_home=self.districts[company.place.code],
            is_little_giant=company.is_little_giant,
            is_municipal_key=company.is_municipal_key,
            contact_name="财务部",
            contact_phone=f"0595-22{company.number:06d}",
        )
        return register_enterprise(new, actor=self.county_handler(company.place.code), at=at)

    def person_of(self, company: Company, *, at: datetime) -> Member:
        """Return the enterprise's person, appointed when first needed."""
        enterprise = self.ensure_enterprise(company, at=at)
        if not Member.objects.filter(enterprise=enterprise).exists():
            appoint_person_of(enterprise, number=company.number, from_on=self.first_on, at=at)
        return self.cast.person_of(enterprise)

    def county_handler(self, district_code: str) -> Member:
        """Return the person of a county's industry bureau who prepares things."""
        return self.cast.handler(self.cast.of_kind("county_industry", district_code))

    def bureau_handler(self, kind: str) -> Member:
        """Return the person of a city bureau who prepares things."""
        return self.cast.handler(self.cast.of_kind(kind))

    def county_checker(self, district_code: str) -> Member:
        """Return the person of a county's industry bureau who decides."""
        return self.cast.checker(self.cast.of_kind("county_industry", district_code))

    def bureau_checker(self, kind: str) -> Member:
        """Return the person of a city bureau who decides."""
        return self.cast.checker(self.cast.of_kind(kind))
