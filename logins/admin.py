"""What the back office says and does about logins: words of the log, who has a second factor, and steps that two persons take."""

from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localtime

from common.admin.extension_points import EXTENSION_POINTS, acting_member, add_panel, add_steps
from common.admin.forms import LongText
from common.admin.once import Keeper
from common.admin.panels import Fact, facts
from common.admin.steps import Step, StepPermission
from logins.models import Exempted, RefusalKind
from logins.selectors import device_of
from logins.services.rights import exemption_subject, factor_subject, propose_exemption, propose_reset
from logins.services.taken_forms import earlier_form, keep_form, taken_at
from parties.admin.forms import RightsForm
from parties.enums import MemberKind, Role
from parties.models import Institution, Member
from parties.selectors import keeps_rights

EXTENSION_POINTS.once = Keeper(earlier=earlier_form, keep=keep_form, taken_at=taken_at)
EXTENSION_POINTS.verbs |= {kind.value: kind.label for kind in RefusalKind} | {
    "login.began": "登录",
    "login.left": "退出",
    "login.expired": "会话到期退出",
    "login.others_ended": "结束其他会话",
    "login.password_changed": "修改密码",
    "login.unlocked": "解除登录锁定",
    "second_factor.enrolled": "启用二次验证",
    "second_factor.removed": "停用二次验证",
    "second_factor.codes_renewed": "重新生成恢复码",
    "second_factor.reset": "重置二次验证",
    "second_factor.exemption_changed": "变更二次验证豁免",
}
PROPOSED = "已提出，待安全管理员确认后生效。"
OF_THE_OPERATOR = StepPermission(roles=frozenset({Role.SYSTEM}))


class ExemptionForm(RightsForm):
    """A change of a house's exemption."""

    subject_of = staticmethod(exemption_subject)
    reason = LongText(label="理由", help_text="对方单位会看到此理由，请写明依据和办法。")


class FactorForm(RightsForm):
    """The reset of a person's second factor."""

    subject_of = staticmethod(factor_subject)
    reason = LongText(label="理由", help_text="对方单位会看到此理由，请写明依据和办法。")


def _of_the_operator(member: Member, house: Institution) -> bool:
    return member.institution is not None and member.institution.is_operator


def _exemption(name: str, label: str, *, exempt: bool, sentence: str) -> Step:
    return Step(
        name=name,
        label=label,
        who=OF_THE_OPERATOR,
        may=_of_the_operator,
        form=ExemptionForm,
        run=lambda context: propose_exemption(institution=context.obj, exempt=exempt, actor=context.member, at=context.at, **context.given),
        sentence=sentence,
        done=PROPOSED,
        tone="danger" if exempt else "plain",
    )


add_steps(
    Institution._meta.label_lower,
    _exemption("exempt", "豁免二次验证", exempt=True, sentence="确认后，该机构人员仅凭密码即可登录。此项由运营单位两人办理。"),
    _exemption("end-exemption", "恢复二次验证", exempt=False, sentence="确认后，该机构人员须使用二次验证方可办理业务。"),
)
add_steps(
    Member._meta.label_lower,
    Step(
        name="reset-second-factor",
        label="重置二次验证",
        who=StepPermission(roles=frozenset({Role.ADMIN, Role.SYSTEM})),
        when=lambda member: member.kind == MemberKind.PERSON,
        form=FactorForm,
        run=lambda context: propose_reset(member=context.obj, actor=context.member, at=context.at, **context.given),
        sentence="手机和恢复码都丢失时办理。确认后，其会话立即退出，下次登录须重新绑定。",
        done=PROPOSED,
    ),
)


def factor_of_house(request: HttpRequest, house: Institution) -> Any:
    """Return whether the house's staff need a second factor, for the house itself and the operator; nobody else reads it."""
    viewer = acting_member(request)
    if viewer is None or not (keeps_rights(viewer) or viewer.institution_id == house.pk):
        return None
    exempted = Exempted.objects.filter(institution=house).first()
    state = f"已豁免（{localtime(exempted.since):%Y-%m-%d}起）" if exempted is not None else "须使用"
    return facts(request, house, "登录", Fact("人员二次验证", state))


def factor_of_member(request: HttpRequest, member: Member) -> Any:
    """Return whether a person has enrolled, for those who manage the person."""
    viewer = acting_member(request)
    if member.user is None or viewer is None or not (keeps_rights(viewer) or Role.ADMIN in viewer.roles):
        return None
    return facts(request, member, "登录", Fact("二次验证", "已启用" if device_of(member.user) is not None else "未启用"))


add_panel(Institution._meta.label_lower, factor_of_house)
add_panel(Member._meta.label_lower, factor_of_member)
