"""Entering banks and companies that the plan leaves open, and the periods in which a bank takes new business."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import Scope, record, snapshot
from common import texts
from common.database import take_turn
from common.dates import BEGINS, ENDS, require_day
from common.enums import Mode
from common.errors import DomainError, FieldProblem, InvalidInput, NotAllowed, NotVisible
from common.fields import written_alike
from parties.access import require
from parties.enums import COUNTY_KINDS, InstitutionKind
from parties.models import BankParticipation, Institution, Member
from parties.selectors import exclusion_on, in_force_on

CITY_LEADS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY)
_ENTERED = ("kind", "name", "short_name", "code")
CONTACTS = {"phone": 60, "address": 200, "office_hours": 100}  # characters at most


class InstitutionExists(DomainError):
    """Name, short name or code is another institution's."""

    code = "institution_exists"
    sentence = "名称、简称或代号与已有机构重复，请核对“{name}”。"


class NotOwnHouse(NotAllowed):
    """A county bureau tells the public how to reach itself, and nobody else."""

    sentence = "只能维护本单位的对外联系方式，请由“{institution}”或市工信局办理。"


class NotABank(DomainError):
    """Only banks take part in a mode."""

    code = "not_a_bank"
    sentence = "“{institution}”不是合作银行，不能登记参与期间。"
    clause = "FP 1.3"


class AlreadyParticipating(DomainError):
    """The bank has a period in this mode that is not over by then."""

    code = "already_participating"
    sentence = "“{bank}”在{mode}模式下已有未结束的参与期间（{from_on}起）。"
    clause = "FP 1.3"


class BankExcluded(DomainError):
    """By a decision the bank has no part in the fund on a day of the period."""

    code = "bank_excluded"
    sentence = "“{bank}”自{from_on}起被取消参与资格（{document_number}），恢复前不得办理新业务、登记参与期间或核定额度。"
    clause = "FP 2.2.1"


def require_not_excluded(bank: Institution, *, from_on: date, until_on: date | None = None) -> None:
    """
    Let pass only a bank that no decision excludes on a day of the half-open period; without an end it is unbounded.

    Raises:
        BankExcluded.

    Source: FP 2.2.1; D9, D45.
    """
    found = exclusion_on(bank, on=from_on, until=until_on or date.max)
    if found is not None:
        raise BankExcluded(bank=bank, from_on=found.from_on, document_number=found.document_number)


class NotParticipating(DomainError):
    """The bank has no running period in this mode that could end on that day."""

    code = "not_participating"
    sentence = "“{bank}”在{mode}模式下没有可在{until_on}终止的参与期间。"
    clause = "FP 2.2.1"


@transaction.atomic
def enter_institution(*, kind: InstitutionKind, name: str, short_name: str, code: str, actor: Member, at: datetime) -> Institution:
    """
    Enter a bank, guarantee company, fund manager or contributor. County bureaus and city bodies are there from the start.

    Raises:
        RoleMissing: the actor leads the fund for neither 市工信局 nor 市财政局.
        InvalidInput: a kind that is not entered by hand, or an empty name.
        InstitutionExists.

    Source: FP 1.3, 1.5.2; D35.
    """
    require(actor, *CITY_LEADS, allow_job=True)
    if kind in COUNTY_KINDS or not all(part.strip() for part in (name, short_name, code)):
        raise InvalidInput(field="kind" if kind in COUNTY_KINDS else "name")
    take_turn("institution")
    taken = (
        Institution.objects.filter(written_alike("name", name))
        | Institution.objects.filter(written_alike("short_name", short_name))
        | Institution.objects.filter(written_alike("code", code))
    )
    if taken.exists():
        raise InstitutionExists(field="name", name=name)
    institution = Institution.objects.create(kind=kind, name=name, short_name=short_name, code=code)
    record(verb="institution.entered", obj=institution, actor=actor, occurred_at=at, after=snapshot(institution, _ENTERED))
    return institution


@transaction.atomic
def tell_contacts(*, institution_id: UUID, phone: str, address: str, office_hours: str, actor: Member, at: datetime) -> Institution:
    """
    Say how the public reaches an institution; a county bureau for itself, 市工信局 for all. What stays as it was leaves no event.

    Raises:
        RoleMissing: the actor serves neither a county industry bureau nor 市工信局.
        NotVisible: there is no such institution.
        NotOwnHouse: a county bureau speaks for another.
        InvalidInput: a text is too long.

    Source: FP 1.6.1(1).
    """
    require(actor, InstitutionKind.CITY_INDUSTRY, InstitutionKind.COUNTY_INDUSTRY)
    institution = Institution.objects.select_for_update(of=("self",)).filter(public_id=institution_id).first()
    if institution is None:
        raise NotVisible
    if not speaks_for(actor, institution):
        raise NotOwnHouse(institution=institution)
    wanted = _cleaned({"phone": phone, "address": address, "office_hours": office_hours})
    before = {name: value for name, value in snapshot(institution, CONTACTS).items() if value != wanted[name]}
    if not before:
        return institution
    for name in before:
        setattr(institution, name, wanted[name])
    institution.save(update_fields=list(before))
    after = {name: wanted[name] for name in before}
    record(verb="institution.contacts_told", obj=institution, actor=actor, occurred_at=at, before=before, after=after)
    return institution


def _cleaned(contacts: Mapping[str, str]) -> dict[str, str]:
    """
    Return texts as they are kept.

    Raises:
        InvalidInput: one is too long.
    """
    wanted = {name: texts.line(value) for name, value in contacts.items()}
    problems = [
        FieldProblem(name, "too_long", f"最多 {longest} 个字符。") for name, longest in CONTACTS.items() if len(wanted[name]) > longest
    ]
    if problems:
        raise InvalidInput(errors=problems)
    return wanted


def speaks_for(actor: Member, institution: Institution) -> bool:
    """Return whether the actor may say how the public reaches the institution."""
    own = actor.institution
    return own is not None and (own.kind == InstitutionKind.CITY_INDUSTRY or own.pk == institution.pk)


@transaction.atomic
def admit_bank(
    *, bank: Institution, mode: Mode, from_on: date, document_number: str, actor: Member, at: datetime, until_on: date | None = None
) -> BankParticipation:
    """
    Open a period in which the bank takes new business in the mode.

    Raises:
        RoleMissing, NotABank, AlreadyParticipating.
        BankExcluded: a decision excludes the bank within the period.
        InvalidInput: a day is out of bounds.

    Source: FP 1.3.
    """
    require(actor, *CITY_LEADS, allow_job=True)
    if bank.kind != InstitutionKind.BANK:
        raise NotABank(field="bank", institution=bank)
    Institution.objects.select_for_update(of=("self",), no_key=True).get(pk=bank.pk)
    require_day(from_on, BEGINS, field="from_on", today=localdate(at))
    require_day(until_on, ENDS, field="until_on", today=localdate(at))
    require_not_excluded(bank, from_on=from_on, until_on=until_on)
    later = BankParticipation.objects.filter(bank=bank, mode=mode).exclude(until_on__lte=from_on)
    if until_on is not None:
        later = later.filter(from_on__lt=until_on)
    clash = later.first()
    if clash is not None:
        raise AlreadyParticipating(field="from_on", bank=bank, mode=Mode(mode).label, from_on=clash.from_on)
    period = BankParticipation.objects.create(bank=bank, mode=mode, from_on=from_on, until_on=until_on, document_number=document_number)
    after = {"mode": mode, "from_on": from_on, "until_on": until_on, "document_number": document_number}
    record(verb="bank.admitted", obj=bank, actor=actor, occurred_at=at, after=after, scope=Scope(bank_id=bank.pk))
    return period


@transaction.atomic
def end_participation(
    *, bank: Institution, mode: Mode, until_on: date, document_number: str, actor: Member, at: datetime
) -> BankParticipation:
    """
    End the bank's running period in the mode; from ``until_on`` it takes no new business. Running loans go on.

    Raises:
        RoleMissing: the actor leads the fund for neither 市工信局 nor 市财政局.
        NotParticipating: no period runs on that day; so a second call changes nothing.

    Source: FP 2.2.1; D9.
    """
    require(actor, *CITY_LEADS)
    require_day(until_on, ENDS, field="until_on", today=localdate(at))
    period = BankParticipation.objects.select_for_update(of=("self",)).filter(in_force_on(until_on), bank=bank, mode=mode).first()
    if period is None:
        raise NotParticipating(field="until_on", bank=bank, mode=Mode(mode).label, until_on=until_on)
    before = {"mode": mode, "until_on": period.until_on}
    period.until_on = until_on
    period.save(update_fields=["until_on"])
    after = {"mode": mode, "until_on": until_on, "document_number": document_number}
    record(verb="bank.participation_ended", obj=bank, actor=actor, occurred_at=at, before=before, after=after, scope=Scope(bank_id=bank.pk))
    return period
