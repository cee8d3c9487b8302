"""Which of this app's typed facts can be put right; see ``parties.corrections``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from audit.services import Scope
from common.dates import BEGINS, ENDS, FOUNDED
from common.errors import FieldProblem, InvalidInput
from parties.corrections import Correctable, register_table
from parties.enums import InstitutionKind
from parties.models import BankParticipation, DecidedFact, Enterprise, EnterpriseYear, Institution, Member, TaxHome
from parties.rules import check_credit_code
from parties.selectors import enterprises_visible_to
from parties.services.decisions import decide_facts
from parties.services.enterprises import REGISTRARS, DistrictClosed
from parties.services.figures import BY_HAND, FIGURES, figures_of, put_figures
from parties.services.institutions import CITY_LEADS

K = InstitutionKind


def _enterprise_scope(row: Any) -> Scope:
    enterprise = row.enterprise_id if isinstance(row, TaxHome) else row.pk
    home = row.district_id if isinstance(row, TaxHome) else None
    return Scope(enterprise_id=enterprise, district_id=home)


def _sees(member: Member, enterprise: Enterprise) -> bool:
    return enterprises_visible_to(member).filter(pk=enterprise.pk).exists()


def _check_enterprise(row: Enterprise, facts: Mapping[str, Any]) -> None:
    """Refuse a credit code that is none."""
    found = check_credit_code(facts["credit_code"])
    if found.reason or found.normalized != facts["credit_code"]:
        raise InvalidInput(errors=[FieldProblem("credit_code", "invalid", "统一社会信用代码须为18位大写字母和数字，且校验位正确。")])


def _check_home(row: TaxHome, facts: Mapping[str, Any]) -> None:
    """Refuse a district that does no business."""
    home = TaxHome(district_id=facts["district_id"])
    if not home.district.is_live:
        raise DistrictClosed(field="district", district=home.district)


def _decide(row: Enterprise, before: Mapping[str, Any], after: Mapping[str, Any] | None, *, at: datetime) -> None:
    """Let no list undo what two persons put right."""
    changed = [name for name, value in (after or {}).items() if before.get(name) != value]
    decide_facts(row, changed, on=localdate(at), actor=None, at=at)


def _decide_home(row: TaxHome, before: Mapping[str, Any], after: Mapping[str, Any] | None, *, at: datetime) -> None:
    decide_facts(row.enterprise, [DecidedFact.TAX_HOME], on=row.from_on, actor=None, at=at)


register_table(
    Correctable(
        name="enterprise",
        label="企业登记信息",
        model=Enterprise,
        facts=("credit_code", "registered_on"),
        keepers=REGISTRARS,
        clause="FP 1.1.2",
        days={"registered_on": FOUNDED},
        codes={"credit_code": str.upper},
        may=_sees,
        scope=_enterprise_scope,
        check=_check_enterprise,
        settle=_decide,
    ),
    Correctable(
        name="tax_home",
        label="所得税归属",
        model=TaxHome,
        facts=("district", "from_on"),
        keepers=(K.CITY_INDUSTRY, K.CITY_TREASURY),
        clause="FP 1.4.1",
        begins="from_on",
        days={"from_on": FOUNDED},
        owner=("enterprise_id",),
        scope=_enterprise_scope,
        check=_check_home,
        settle=_decide_home,
    ),
    Correctable(
        name="participation",
        label="银行参与期间",
        model=BankParticipation,
        facts=("from_on", "until_on", "document_number"),
        keepers=CITY_LEADS,
        clause="FP 1.3",
        begins="from_on",
        days={"from_on": BEGINS, "until_on": ENDS},
        scope=lambda row: Scope(bank_id=row.bank_id),
    ),
    Correctable(
        name="institution",
        label="机构登记信息",
        model=Institution,
        facts=("name", "short_name", "code"),
        codes={"code": str.lower},
        keepers=CITY_LEADS,
        clause="FP 1.3",
    ),
    Correctable(
        name="year_figures",
        label="年度数据",
        model=Enterprise,
        facts=(*FIGURES, "source_reference"),
        facts_model=EnterpriseYear,
        keepers=tuple(BY_HAND),
        clause="FP 1.1.2",
        offered=False,
        may=_sees,
        scope=_enterprise_scope,
        find=figures_of,
        put=put_figures,
    ),
)
