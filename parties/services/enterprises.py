"""Entering enterprises, changing their particulars, their industry and their income-tax home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import NewEvent, Scope, record, record_many, snapshot
from common.database import refused_as
from common.dates import BEGINS, FOUNDED, require_day
from common.errors import DomainError, FieldProblem, InvalidInput, NotVisible
from common.money import MAX_AMOUNT, ZERO
from parties.access import require, require_enterprise
from parties.enums import InstitutionKind, MemberKind
from parties.models import DecidedFact, District, Enterprise, Member, TaxHome
from parties.rules import UnknownIndustryCode, check_credit_code, normalize_industry_code
from parties.selectors import district_of, enterprises_visible_to, in_force_on
from parties.services.decisions import decide_facts

REGISTRARS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_SCIENCE, InstitutionKind.COUNTY_INDUSTRY)
RECORDED = ("credit_code", "name", "industry_code", "registered_on", "registered_capital", "is_little_giant", "is_municipal_key")
OFFICIAL_FIELDS = frozenset({"name", "industry_code", "registered_in_city", "registered_capital", "is_little_giant", "is_municipal_key"})
CONTACT_FIELDS = frozenset({"contact_name", "contact_phone"})
_CODE_SENTENCES = {
    "length": "统一社会信用代码须为18位。",
    "alphabet": "统一社会信用代码只含数字和大写字母（不含I、O、S、V、Z）。",
    "check_digit": "统一社会信用代码的校验位不符，请核对是否录入有误。",
}


class EnterpriseExists(DomainError):
    """An enterprise with this credit code is entered already."""

    code = "enterprise_exists"
    sentence = "统一社会信用代码{credit_code}的企业已登记，请直接使用已有记录。"


class NotOwnDistrict(DomainError):
    """A county bureau acts for enterprises of its own district only."""

    code = "not_own_district"
    sentence = "“{district}”不在您所在部门的辖区，请由该县（市、区）的部门办理。"
    status = 403


class DistrictClosed(DomainError):
    """The district is listed but does no business in the fund."""

    code = "district_closed"
    sentence = "“{district}”暂不办理基金业务，请核对所得税归属。"
    clause = "FP 1.4.1"


class TaxHomeNotLater(DomainError):
    """A new tax home must begin after the present one did."""

    code = "tax_home_not_later"
    sentence = "新的所得税归属须晚于现归属的起始日（{from_on}）。原记录录入有误的，请在该记录页面撤销（尚未生效）或更正（已生效）。"
    clause = "FP 1.4.1"


class SameDistrict(DomainError):
    """The enterprise's tax home is this district already."""

    code = "same_district"
    sentence = "企业的所得税归属已是“{district}”，无需变更。"


class OverrideWithoutReason(DomainError):
    """A county names a reason when it holds an enterprise to be industrial against its code."""

    code = "override_without_reason"
    sentence = "请填写认定为工业企业的理由。"
    clause = "FP 1.1.1"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnterprise:
    """What is needed to enter an enterprise; ``tax_home`` since ``tax_home_from_on`` (the founding day if not given)."""

    credit_code: str
    name: str
    industry_code: str
    registered_on: date
    registered_capital: Decimal  # yuan
    tax_home: District
    tax_home_from_on: date | None = None
    registered_in_city: bool = True
    is_little_giant: bool = False
    is_municipal_key: bool = False
    contact_name: str = ""
    contact_phone: str = ""


def register_enterprise(new: NewEnterprise, *, actor: Member, at: datetime) -> Enterprise:
    """Enter one enterprise; see ``register_enterprises``."""
    return register_enterprises([new], actor=actor, at=at)[0]


@transaction.atomic
def register_enterprises(rows: Sequence[NewEnterprise], *, actor: Member, at: datetime) -> list[Enterprise]:
    """
    Enter the enterprises with their tax homes, all or none, in the order given.

    Raises:
        RoleMissing: the actor's institution does not register enterprises.
        NotOwnDistrict: a county bureau enters an enterprise of another county.
        DistrictClosed: the district does no business.
        InvalidInput: codes, names or amounts that cannot be; ``errors`` names row and field (``0.credit_code``).
        EnterpriseExists: with the first code that is entered already, or stands in the rows twice.

    Source: FP 1.6.1; D30, D31.
    """
    require(actor, *REGISTRARS, allow_job=True)
    _check_districts(rows, actor=actor)
    problems = [problem for place, row in enumerate(rows) for problem in _problems(row, place=place, on=localdate(at))]
    if problems:
        raise InvalidInput(errors=problems)
    enterprises = [_built(row) for row in rows]
    _refuse_known(enterprises)
    codes = "、".join(row.credit_code for row in rows[:3])
    with refused_as(lambda: EnterpriseExists(field="credit_code", credit_code=codes), "parties_enterprise_credit_code"):
        Enterprise.objects.bulk_create(enterprises, batch_size=1000)
    homes = [
        TaxHome(enterprise=enterprise, district=row.tax_home, from_on=row.tax_home_from_on or row.registered_on)
        for enterprise, row in zip(enterprises, rows, strict=True)
    ]
    TaxHome.objects.bulk_create(homes, batch_size=1000)
    record_many([_registered(home, actor=actor, at=at) for home in homes])
    return enterprises


@transaction.atomic
def change_enterprise(*, enterprise_id: UUID, changes: Mapping[str, Any], actor: Member, at: datetime, remark: str = "") -> Enterprise:
    """
    Change particulars: the enterprise its own contacts, a registrar everything but code and founding day.

    Returns the enterprise; what is as it was before leaves no event.

    Raises:
        NotVisible: no such enterprise for the actor.
        RoleMissing: the actor does not register enterprises, or an enterprise changes more than its contacts.
        InvalidInput: a field that is not one of these, or a value that cannot be.
    """
    enterprise = _locked(enterprise_id, actor=actor)
    if actor.enterprise_id and set(changes) <= CONTACT_FIELDS:
        require_enterprise(actor, enterprise)
    else:
        require(actor, *REGISTRARS, allow_job=True)
        if actor.institution is not None and actor.institution.district_id is not None:
            _require_own_district(district_of(enterprise, on=localdate(at)), actor=actor)
    wanted = _cleaned(changes)
    before = {name: value for name, value in snapshot(enterprise, wanted).items() if value != wanted[name]}
    if not before:
        return enterprise
    after = {name: wanted[name] for name in before}
    for name, value in after.items():
        setattr(enterprise, name, value)
    enterprise.save(update_fields=list(after))
    if actor.kind != MemberKind.JOB:
        decide_facts(enterprise, after, on=localdate(at), actor=actor, at=at, remark=remark)
    _record(enterprise, "enterprise.changed", actor=actor, at=at, before=before, after=after, remark=remark)
    return enterprise


@transaction.atomic
def override_industry(*, enterprise_id: UUID, reason: str, actor: Member, at: datetime) -> Enterprise:
    """
    Hold an enterprise to be industrial although its code is not, with the county's reason.

    Raises:
        NotVisible: not an enterprise of the actor's county.
        RoleMissing: the actor is no county industry bureau. NotOwnDistrict: the enterprise has moved away.
        OverrideWithoutReason.

    Source: FP 1.1.1, 1.1.2; D30.
    """
    if not reason.strip():
        raise OverrideWithoutReason(field="reason")
    return _set_override(enterprise_id, reason.strip()[:200], verb="enterprise.industry_overridden", actor=actor, at=at)


@transaction.atomic
def lift_industry_override(*, enterprise_id: UUID, actor: Member, at: datetime) -> Enterprise:
    """
    Let the industry code count again.

    Raises:
        NotVisible, RoleMissing, NotOwnDistrict: as for ``override_industry``.

    Source: D30.
    """
    return _set_override(enterprise_id, "", verb="enterprise.industry_override_lifted", actor=actor, at=at)


@transaction.atomic
def change_tax_home(*, enterprise_id: UUID, district: District, from_on: date, reason: str, actor: Member, at: datetime) -> TaxHome:
    """
    End the present income-tax home on ``from_on`` and begin the new one that day. Running loans keep their county.

    Decided by the city, since one county's gain is the other's cost.

    Raises:
        RoleMissing: the actor is neither 市工信局 nor 市财政局. NotVisible.
        DistrictClosed, SameDistrict, TaxHomeNotLater.

    Source: FP 1.4.1; D12.
    """
    require(actor, InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY, allow_job=True)
    if not district.is_live:
        raise DistrictClosed(field="district", district=district)
    require_day(from_on, BEGINS, field="from_on", today=localdate(at))
    enterprise = _locked(enterprise_id, actor=actor)
    present = enterprise.tax_homes.select_related("district").order_by("-from_on").first()
    if present is not None:
        if present.district_id == district.pk and present.until_on is None:
            raise SameDistrict(field="district", district=district)
        if from_on <= present.from_on:
            raise TaxHomeNotLater(field="from_on", from_on=present.from_on)
        if present.until_on is None or present.until_on > from_on:
            present.until_on = from_on
            present.save(update_fields=["until_on"])
    home = TaxHome.objects.create(enterprise=enterprise, district=district, from_on=from_on)
    if actor.kind != MemberKind.JOB:
        decide_facts(enterprise, [DecidedFact.TAX_HOME], on=from_on, actor=actor, at=at, remark=reason)
    before = {"district": present.district.name} if present is not None else {}
    after = {"district": district.name, "from_on": from_on}
    _record(enterprise, "enterprise.tax_home_changed", actor=actor, at=at, before=before, after=after, remark=reason)
    return home


def _set_override(enterprise_id: UUID, reason: str, *, verb: str, actor: Member, at: datetime) -> Enterprise:
    require(actor, InstitutionKind.COUNTY_INDUSTRY)
    enterprise = _locked(enterprise_id, actor=actor)
    _require_own_district(district_of(enterprise, on=localdate(at)), actor=actor)
    before = snapshot(enterprise, ["industry_override_reason"])
    if before["industry_override_reason"] == reason:
        return enterprise
    enterprise.industry_override_reason = reason
    enterprise.save(update_fields=["industry_override_reason"])
    after = snapshot(enterprise, ["industry_override_reason"])
    _record(enterprise, verb, actor=actor, at=at, before=before, after=after, remark=reason)
    return enterprise


def _locked(enterprise_id: UUID, *, actor: Member) -> Enterprise:
    visible = enterprises_visible_to(actor)
    enterprise = visible.select_for_update(of=("self",)).filter(public_id=enterprise_id).first()
    if enterprise is None:
        raise NotVisible
    return enterprise


def _require_own_district(district: District, *, actor: Member) -> None:
    institution = actor.institution
    if institution is not None and institution.district_id is not None and institution.district_id != district.pk:
        raise NotOwnDistrict(district=district)


def _check_districts(rows: Sequence[NewEnterprise], *, actor: Member) -> None:
    for district in {row.tax_home for row in rows}:
        if not district.is_live:
            raise DistrictClosed(field="tax_home", district=district)
        if actor.kind != MemberKind.JOB:
            _require_own_district(district, actor=actor)


def _problems(row: NewEnterprise, *, place: int, on: date) -> list[FieldProblem]:
    """Return what cannot be in one row, field by field."""
    problems = []
    verdict = check_credit_code(row.credit_code)
    if not verdict.valid:
        problems.append(("credit_code", verdict.reason, _CODE_SENTENCES[verdict.reason]))
    if not row.name.strip():
        problems.append(("name", "required", "请填写企业名称。"))
    if row.registered_on > on:
        problems.append(("registered_on", "future", "成立日期不得晚于今天。"))
    elif sentence := FOUNDED.problem(row.registered_on, today=on):
        problems.append(("registered_on", "day_out_of_bounds", sentence))
    problems += [("industry_code", code, sentence) for code, sentence in _industry_problems(row.industry_code)]
    problems += [("registered_capital", code, sentence) for code, sentence in _capital_problems(row.registered_capital)]
    return [FieldProblem(f"{place}.{name}", code, sentence) for name, code, sentence in problems]


def _industry_problems(industry_code: str) -> list[tuple[str, str]]:
    try:
        normalize_industry_code(industry_code)
    except UnknownIndustryCode as problem:
        return [(problem.code, problem.message)]
    return []


def _capital_problems(amount: Decimal) -> list[tuple[str, str]]:
    if not ZERO <= amount <= MAX_AMOUNT or amount != amount.quantize(ZERO):
        return [("amount", "注册资本须为不小于0的金额，单位元，最多两位小数。")]
    return []


def _cleaned(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the new values as they are stored, or say which cannot be."""
    problems = [
        FieldProblem(name, "unknown_field", f"字段{name}不能在此修改。") for name in changes if name not in OFFICIAL_FIELDS | CONTACT_FIELDS
    ]
    wanted = dict(changes)
    if "industry_code" in wanted:
        found = _industry_problems(wanted["industry_code"])
        problems += [FieldProblem("industry_code", code, sentence) for code, sentence in found]
        wanted["industry_code"] = wanted["industry_code"] if found else normalize_industry_code(wanted["industry_code"])
    if "registered_capital" in wanted:
        problems += [FieldProblem("registered_capital", code, text) for code, text in _capital_problems(wanted["registered_capital"])]
    if "name" in wanted and not wanted["name"].strip():
        problems.append(FieldProblem("name", "required", "请填写企业名称。"))
    if problems:
        raise InvalidInput(errors=problems)
    return wanted


def _built(row: NewEnterprise) -> Enterprise:
    return Enterprise(
        credit_code=check_credit_code(row.credit_code).normalized,
        name=row.name.strip(),
        industry_code=normalize_industry_code(row.industry_code),
        registered_in_city=row.registered_in_city,
        registered_on=row.registered_on,
        registered_capital=row.registered_capital,
        is_little_giant=row.is_little_giant,
        is_municipal_key=row.is_municipal_key,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
    )


def _refuse_known(enterprises: Sequence[Enterprise]) -> None:
    seen: set[str] = set()
    for enterprise in enterprises:
        if enterprise.credit_code in seen:
            raise EnterpriseExists(field="credit_code", credit_code=enterprise.credit_code)
        seen.add(enterprise.credit_code)
    known = Enterprise.objects.filter(credit_code__in=seen).values_list("credit_code", flat=True).first()
    if known is not None:
        raise EnterpriseExists(field="credit_code", credit_code=known)


def _registered(home: TaxHome, *, actor: Member, at: datetime) -> NewEvent:
    after = snapshot(home.enterprise, RECORDED) | {"tax_home": home.district.name, "tax_home_from_on": home.from_on}
    scope = Scope(enterprise_id=home.enterprise_id, district_id=home.district_id)
    return NewEvent(verb="enterprise.registered", obj=home.enterprise, actor=actor, occurred_at=at, after=after, scope=scope)


def _record(
    enterprise: Enterprise, verb: str, *, actor: Member, at: datetime, before: Mapping[str, Any], after: Mapping[str, Any], remark: str
) -> None:
    home = enterprise.tax_homes.filter(in_force_on(localdate(at))).values_list("district_id", flat=True).first()
    scope = Scope(enterprise_id=enterprise.pk, district_id=home)
    record(verb=verb, obj=enterprise, actor=actor, occurred_at=at, before=before, after=after, remark=remark, scope=scope)
