"""Who is who, on which day, and which enterprises a member may see."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.enums import Mode
from common.errors import DomainError
from parties.access import sees_all
from parties.enums import COUNTY_KINDS, InstitutionKind, MemberKind, RightsState, Role
from parties.models import (
    BankExclusion,
    BankParticipation,
    Correction,
    District,
    Enterprise,
    Institution,
    Member,
    RightsChange,
    TaxHome,
    User,
)
from parties.rules import FIRST_INDUSTRIAL_DIVISION, LAST_INDUSTRIAL_DIVISION, is_industrial


class NoTaxHome(DomainError):
    """The enterprise has no income-tax home on that day, so nobody knows which county pays."""

    code = "no_tax_home"
    sentence = "企业“{enterprise}”在{on}没有登记所得税归属，请先登记所得税归属的县（市、区）。"
    clause = "FP 1.4.1"


class NoSuchInstitution(DomainError):
    """No single active institution of that kind is entered."""

    code = "no_such_institution"
    sentence = "系统中没有唯一启用的“{kind}”{district}，请先登记该机构。"


def in_force_on(day: date) -> Q:
    """Return the condition that a row's half-open period (``from_on``, ``until_on``) contains the day."""
    return Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gt=day))


def current_member(user: User, *, on: date) -> Member | None:
    """
    Return the member as which the user acts on that day, with party and district, in one query; ``None`` for none.

    Django's superuser acts for nobody, whatever memberships it has: it would take part in business beside every check.
    """
    members = Member.objects.select_related("institution__district", "enterprise", "user")
    serving = Q(institution__isnull=True) | Q(institution__is_active=True)
    return members.filter(in_force_on(on), serving, user=user, user__is_active=True, user__is_superuser=False).first()


def system_member() -> Member:
    """Return the member in whose name scheduled jobs act. It is never a checker. Source: architecture, who may."""
    return Member.objects.select_related("institution").get(kind=MemberKind.JOB, institution__kind=InstitutionKind.FUND_OFFICE)


def district_of(enterprise: Enterprise, *, on: date) -> District:
    """
    Return the district to which the enterprise pays its income tax on that day.

    Raises:
        NoTaxHome: none is recorded for the day.

    Source: FP 1.4.1; D12.
    """
    home = TaxHome.objects.select_related("district").filter(in_force_on(on), enterprise=enterprise).first()
    if home is None:
        raise NoTaxHome(enterprise=enterprise.name, on=on)
    return home.district


def institution_of_kind(kind: str, *, district: District | None = None) -> Institution:
    """
    Return the one active institution of the kind, in the district for county bureaus.

    Raises:
        NoSuchInstitution: none is entered, or more than one (there are many banks).
    """
    found = list(Institution.objects.filter(kind=kind, district=district, is_active=True)[:2])
    if len(found) != 1:
        raise NoSuchInstitution(kind=InstitutionKind(kind).label, district=f"（{district}）" if district else "")
    return found[0]


def county_bureaus(districts: Iterable[District]) -> dict[int, Institution]:
    """
    Return the one active industry bureau of each district, by the district's key; one statement.

    Raises:
        NoSuchInstitution: a district has none, or more than one.
    """
    wanted = {district.pk: district for district in districts}
    rows = Institution.objects.filter(kind=InstitutionKind.COUNTY_INDUSTRY, district__in=wanted, is_active=True)
    of_district = Counter(bureau.district_id for bureau in rows)
    for key, district in wanted.items():
        if of_district[key] != 1:
            raise NoSuchInstitution(kind=InstitutionKind.COUNTY_INDUSTRY.label, district=f"（{district}）")
    return {bureau.district_id: bureau for bureau in rows if bureau.district_id is not None}


def participations(bank: Institution | OuterRef, mode: Mode | OuterRef, *, on: date) -> QuerySet[BankParticipation]:
    """Return the period in which the bank takes new business in the mode on that day, or nothing. Source: FP 1.3, 2.2.1; D9."""
    return BankParticipation.objects.filter(in_force_on(on), bank=bank, bank__is_active=True, mode=mode)


def participates_in_any_mode(bank: Institution, *, on: date) -> bool:
    """Return whether the bank takes new business in some mode on that day. Source: FP 1.3, FP 2.2.1; D9."""
    return BankParticipation.objects.filter(in_force_on(on), bank=bank, bank__is_active=True).exists()


def exclusion_on(bank: Institution, *, on: date, until: date | None = None) -> BankExclusion | None:
    """Return the decision by which the bank has no part on a day, or on some day from it up to ``until`` (excluded). Source: D9, D45."""
    rows = BankExclusion.objects.filter(bank=bank).exclude(until_on__lte=on)
    return (rows.filter(from_on__lte=on) if until is None else rows.filter(from_on__lt=until)).order_by("from_on").first()


def participating_banks(mode: Mode, *, on: date) -> QuerySet[Institution]:
    """Return the banks that take new business in the mode on that day. Source: FP 1.3, 1.6.2."""
    return Institution.objects.filter(Exists(participations(OuterRef("pk"), mode, on=on)), kind=InstitutionKind.BANK)


def counts_as_industrial(enterprise: Enterprise, *, first: str = FIRST_INDUSTRIAL_DIVISION, last: str = LAST_INDUSTRIAL_DIVISION) -> bool:
    """
    Return whether the plan takes the enterprise for industrial: by its code, or because its county held so with a reason.

    Source: FP 1.1.1, 1.1.2; D30.
    """
    return bool(enterprise.industry_override_reason) or is_industrial(enterprise.industry_code, first=first, last=last)


def enterprises_visible_to(actor: Member) -> QuerySet[Enterprise]:
    """
    Return the enterprises the actor may open on their own account.

    City, regulator and fund office: all; a county: those whose income-tax home is or was there; an enterprise: itself. Banks,
    guarantor and fund manager see an enterprise through their cases only.
    """
    if sees_all(actor):
        return Enterprise.objects.all()
    if actor.enterprise_id:
        return Enterprise.objects.filter(pk=actor.enterprise_id)
    if actor.institution is not None and actor.institution.kind in COUNTY_KINDS:
        homes = TaxHome.objects.filter(enterprise=OuterRef("pk"), district=actor.institution.district_id)
        return Enterprise.objects.filter(Exists(homes))
    return Enterprise.objects.none()


def members_visible_to(actor: Member) -> QuerySet[Member]:
    """Return the members the actor may know of: those of its own party; all for jobs and the operator's people, who keep rights."""
    members = Member.objects.select_related("institution", "enterprise", "user")
    if actor.institution is not None:
        if keeps_rights(actor):
            return members
        return members.filter(institution=actor.institution_id)
    return members.filter(enterprise=actor.enterprise_id)


def keeps_rights(actor: Member) -> bool:
    """Return whether the actor reads the rights of every house: jobs, the operator's system and security administrators."""
    if actor.kind == MemberKind.JOB:
        return True
    at_operator = actor.institution is not None and actor.institution.is_operator
    return at_operator and not {Role.SYSTEM, Role.SECURITY}.isdisjoint(actor.roles)


def rights_changes_visible_to(actor: Member) -> QuerySet[RightsChange]:
    """Return the changes of rights the actor may read: all for who keeps rights, those of the own house for its user administrators."""
    changes = RightsChange.objects.select_related("institution", "enterprise", "member__user", "made_by__user", "decided_by")
    if keeps_rights(actor):
        return changes
    if Role.ADMIN not in actor.roles or actor.kind != MemberKind.PERSON:
        return changes.none()
    if actor.institution_id is not None:
        return changes.filter(institution=actor.institution_id)
    return changes.filter(enterprise=actor.enterprise_id)


def corrections_visible_to(actor: Member) -> QuerySet[Correction]:
    """Return the corrections the actor may read: all for who sees every case, else those of the own house."""
    corrections = Correction.objects.select_related("institution", "made_by__user", "decided_by")
    if sees_all(actor):
        return corrections
    if actor.institution_id is None or actor.is_administrator:
        return corrections.none()
    return corrections.filter(institution=actor.institution_id)


def mark_of(subject: str) -> str:
    """Return a mark that changes with every confirmed change of a subject's rights; a form carries the one it was opened with."""
    last = RightsChange.objects.filter(subject=subject, state=RightsState.CONFIRMED).order_by("-pk").values_list("pk", flat=True).first()
    return str(last or 0)


def operator() -> Institution:
    """
    Return the institution that runs the system: data, not code.

    Raises:
        NoSuchInstitution: none is entered as such.
    """
    found = Institution.objects.filter(is_operator=True).first()
    if found is None:
        raise NoSuchInstitution(kind="系统运行单位", district="")
    return found
