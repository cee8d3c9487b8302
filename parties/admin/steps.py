"""What may be done with enterprises, institutions and members."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from common.admin.forms import ReasonForm
from common.admin.steps import Step, StepContext, StepPermission, allowed_for
from common.admin.transition_forms import offered
from common.enums import Mode
from common.transitions import verb_labels
from parties.admin import forms
from parties.correction_transitions import CORRECTION_STEPS
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Member, RightsChange
from parties.rights_transitions import RIGHTS_STEP, RIGHTS_STEPS
from parties.services.enterprises import (
    NewEnterprise,
    change_enterprise,
    change_tax_home,
    lift_industry_override,
    override_industry,
    register_enterprise,
)
from parties.services.figures import BY_HAND, YearFigures, propose_year_figures
from parties.services.institutions import admit_bank, end_participation, enter_institution, speaks_for, tell_contacts
from parties.services.members import is_oneself, propose_appointment, propose_end, propose_login, propose_reset, propose_roles
from parties.services.rights import concerns_oneself, confirm_change, refuse_change, takes_part, withdraw_change

K = InstitutionKind
REGISTRARS = allowed_for(K.CITY_INDUSTRY, K.CITY_SCIENCE, K.COUNTY_INDUSTRY)
COUNTY = allowed_for(K.COUNTY_INDUSTRY)
CITY_LEADS = allowed_for(K.CITY_INDUSTRY, K.CITY_TREASURY)
MANAGERS = StepPermission(roles=frozenset({Role.ADMIN, Role.SYSTEM}))


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed change with the code that the confirmer reads once; empty where nothing is handed over."""

    change: RightsChange
    code: str


def _figures(context: StepContext) -> Any:
    given = dict(context.given)
    row = YearFigures(enterprise=context.obj, year=given["year"], **{name: given[name] for name in ("rd_expense", "revenue", "employees")})
    return propose_year_figures(row, reference=given["reference"], actor=context.member, at=context.at)


def _change(context: StepContext) -> Any:
    given = dict(context.given)
    remark = given.pop("remark")
    changes = {name: value for name, value in given.items() if value != getattr(context.obj, name)}
    return change_enterprise(enterprise_id=context.obj.public_id, changes=changes, actor=context.member, at=context.at, remark=remark)


def _given(context: StepContext) -> dict[str, Any]:
    """Return the form's values with the ticked roles."""
    given = dict(context.given)
    return given | {"roles": forms.chosen_roles(given)} if "roles" in given else given


def _still_serves(member: Any) -> bool:
    """Return whether an end can still be proposed: an end that is set and has not come may be too late."""
    return member.kind == MemberKind.PERSON and (member.until_on is None or member.until_on > timezone.localdate())


def _is_another(member: Member, case: Member) -> bool:
    """Return whether a proposal about somebody is not about oneself."""
    return not is_oneself(member, case)


def _decides(member: Member, change: RightsChange) -> bool:
    return not takes_part(member, change)


def _takes_back(member: Member, change: RightsChange) -> bool:
    return not concerns_oneself(member, change)


NEW_ENTERPRISE = Step(
    name="register",
    label="登记企业",
    who=REGISTRARS,
    form=forms.EnterpriseForm,
    run=lambda context: register_enterprise(NewEnterprise(**context.given), actor=context.member, at=context.at),
)
ENTERPRISE_STEPS = (
    Step(name="change", label="变更企业信息", who=REGISTRARS, form=forms.ParticularsForm, run=_change),
    Step(
        name="figures",
        label="录入年度数据",
        who=allowed_for(*BY_HAND),
        form=forms.FiguresForm,
        run=_figures,
        clause="FP 1.1.2",
        sentence="未填写的数据不改动已有记录。年度数据关系额度，须由本单位另一名复核人员复核后生效。",
        done="已提出，请本单位另一名复核人员复核后生效。",
    ),
    Step(
        name="tax-home",
        label="变更所得税归属",
        who=CITY_LEADS,
        form=forms.TaxHomeForm,
        run=lambda context: change_tax_home(enterprise_id=context.obj.public_id, actor=context.member, at=context.at, **context.given),
        clause="FP 1.4.1",
        sentence="变更后首次放款的贷款由新归属地承担县级贴息；已放款的贷款仍由原归属地承担。",
    ),
    Step(
        name="override",
        label="认定为工业企业",
        who=COUNTY,
        form=ReasonForm,
        run=lambda context: override_industry(
            enterprise_id=context.obj.public_id, reason=context.given["reason"], actor=context.member, at=context.at
        ),
        clause="FP 1.1.1, 1.1.2",
        when=lambda enterprise: not enterprise.industry_override_reason,
    ),
    Step(
        name="lift",
        label="撤销工业企业认定",
        who=COUNTY,
        run=lambda context: lift_industry_override(enterprise_id=context.obj.public_id, actor=context.member, at=context.at),
        when=lambda enterprise: bool(enterprise.industry_override_reason),
        tone="danger",
    ),
)
NEW_INSTITUTION = Step(
    name="enter",
    label="登记机构",
    who=CITY_LEADS,
    form=forms.InstitutionForm,
    run=lambda context: enter_institution(
        actor=context.member, at=context.at, **(dict(context.given) | {"kind": K(context.given["kind"])})
    ),
    clause="FP 1.3",
)
INSTITUTION_STEPS = (
    Step(
        name="contacts",
        label="维护对外联系方式",
        who=allowed_for(K.CITY_INDUSTRY, K.COUNTY_INDUSTRY),
        form=forms.ContactsForm,
        may=speaks_for,
        run=lambda context: tell_contacts(institution_id=context.obj.public_id, actor=context.member, at=context.at, **dict(context.given)),
        sentence="保存后立即在公众网站的“联系我们”页显示。",
        clause="FP 1.6.1(1)",
    ),
    Step(
        name="admit",
        label="登记参与期间",
        who=CITY_LEADS,
        form=forms.AdmitForm,
        when=lambda institution: institution.kind == K.BANK,
        run=lambda context: admit_bank(
            bank=context.obj, actor=context.member, at=context.at, **(dict(context.given) | {"mode": Mode(context.given["mode"])})
        ),
        clause="FP 1.3",
    ),
    Step(
        name="end",
        label="终止参与",
        who=CITY_LEADS,
        form=forms.EndParticipationForm,
        when=lambda institution: institution.kind == K.BANK,
        run=lambda context: end_participation(
            bank=context.obj, actor=context.member, at=context.at, **(dict(context.given) | {"mode": Mode(context.given["mode"])})
        ),
        clause="FP 2.2.1",
        tone="danger",
    ),
)
PROPOSED = "已提出，待安全管理员确认后生效。"
MEMBER_NEW_STEPS = (
    Step(
        name="login",
        label="提出开设账号",
        who=MANAGERS,
        form=forms.LoginForm,
        run=lambda context: propose_login(actor=context.member, at=context.at, **_given(context)),
        sentence="提出后由安全管理员确认才生效。密码由本人设置：确认后，凭您转交的链接和安全管理员告知的交接码，24小时内设置一次。",
        done=PROPOSED,
    ),
    Step(
        name="appoint",
        label="提出登记任职",
        who=MANAGERS,
        form=forms.AppointForm,
        run=lambda context: propose_appointment(actor=context.member, at=context.at, **_given(context)),
        sentence="提出后由安全管理员确认才生效。一人同一时间只能为一个单位办理业务；经办和复核不得为同一人。",
        done=PROPOSED,
    ),
)
MEMBER_STEPS = (
    Step(
        name="roles",
        label="提出变更岗位",
        who=MANAGERS,
        fits=_is_another,
        form=forms.RolesForm,
        when=lambda member: member.kind == MemberKind.PERSON and not member.is_administrator,
        run=lambda context: propose_roles(member_id=context.obj.public_id, actor=context.member, at=context.at, **_given(context)),
        done=PROPOSED,
    ),
    Step(
        name="reset",
        label="提出重置密码",
        who=MANAGERS,
        fits=_is_another,
        form=forms.ResetForm,
        when=lambda member: member.kind == MemberKind.PERSON,
        run=lambda context: propose_reset(member_id=context.obj.public_id, actor=context.member, at=context.at, **context.given),
        sentence="经确认后原密码即失效，由本人凭链接和交接码设置新密码。",
        done=PROPOSED,
    ),
    Step(
        name="end",
        label="提出终止任职",
        who=MANAGERS,
        fits=_is_another,
        form=forms.EndMembershipForm,
        when=_still_serves,
        run=lambda context: propose_end(member_id=context.obj.public_id, actor=context.member, at=context.at, **context.given),
        tone="danger",
        done=PROPOSED,
    ),
)
KEEPERS = StepPermission(roles=frozenset({Role.SECURITY}))
RIGHTS_STEPS_OFFERED = (
    offered(
        RIGHTS_STEP["confirm"],
        who=KEEPERS,
        fits=_decides,
        run=lambda context: Confirmed(*confirm_change(change_id=context.obj.public_id, **context.answers)),
    ),
    offered(
        RIGHTS_STEP["refuse"],
        who=KEEPERS,
        fits=_decides,
        run=lambda context: refuse_change(change_id=context.obj.public_id, **context.answers),
    ),
    offered(
        RIGHTS_STEP["withdraw"],
        who=MANAGERS,
        fits=_takes_back,
        run=lambda context: withdraw_change(change_id=context.obj.public_id, **context.answers),
    ),
)
VERBS = {
    **verb_labels(CORRECTION_STEPS),
    "correction.proposed": "提出更正",
    "fact.corrected": "更正生效",
    "fact.removed": "撤销未生效记录",
    "enterprise.registered": "登记企业",
    "enterprise.changed": "变更企业信息",
    "enterprise.industry_overridden": "认定为工业企业",
    "enterprise.industry_override_lifted": "撤销工业企业认定",
    "enterprise.tax_home_changed": "变更所得税归属",
    "enterprise.corrected_by_tax_list": "按税务名单更正",
    "enterprise.year_recorded": "录入年度数据",
    "institution.entered": "登记机构",
    "institution.contacts_told": "维护对外联系方式",
    "bank.admitted": "登记参与期间",
    "bank.excluded": "取消参与资格",
    "bank.reinstated": "恢复参与资格",
    "bank.participation_ended": "终止参与",
    "member.appointed": "登记任职",
    "member.ended": "终止任职",
    "member.roles_changed": "变更岗位",
    "login.opened": "开设登录账号",
    "login.password_set": "本人设置密码",
    "login.password_reset": "重置密码",
    "rights.proposed": "提出权限事项",
    **verb_labels(RIGHTS_STEPS),
    "handover.used": "凭链接和交接码领取",
    "handover.failed": "交接码错误",
    "administrator.appointed_first": "首次设立管理员",
    "administrator.appointed_in_emergency": "启用应急安全管理员",
    "institution.named_operator": "指定系统运行单位",
}
