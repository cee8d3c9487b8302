"""The steps of exemption: opened, answered line by line, concluded, examined, packed."""

from collections.abc import Callable
from typing import Any

from common.admin.steps import Step, StepContext, StepPermission, allowed_for, states
from common.admin.transition_forms import offered
from common.transitions import Transition
from parties.enums import InstitutionKind, Role
from parties.models import Member
from risk.admin import exemption_forms as forms
from risk.enums import ExemptionState
from risk.exemption.services.cases import answer_items, open_exemption, record_diligence_rules
from risk.exemption.services.packs import build_evidence_pack
from risk.exemption.services.step_services import EXEMPTION_SERVICES
from risk.exemption.transitions import EXEMPTION_STEP
from risk.models import Exemption

K, State = InstitutionKind, ExemptionState
INSTITUTIONS = allowed_for(K.BANK)
COMMITTEE = allowed_for(K.BANK, roles=[Role.CHECKER])
RULE_MAKERS = allowed_for(K.BANK, K.GUARANTOR, K.FUND_MANAGER)


def _own(member: Member, exemption: Exemption) -> bool:
    return member.institution_id == exemption.institution_id


def _answer(context: StepContext) -> Any:
    return answer_items(exemption_id=context.obj.public_id, answers=context.given["answers"], actor=context.member, at=context.at)


RECORD_RULES = Step(
    name="record",
    label="登记免责制度",
    who=RULE_MAKERS,
    form=forms.RulesForm,
    run=lambda context: record_diligence_rules(actor=context.member, at=context.at, **context.given),
    clause="FP 1.7",
    sentence="各方建立本单位的尽职免责制度；发起核查时适用当日已施行的最新制度。",
)
OPEN = Step(
    name="open",
    label="发起尽职核查",
    who=INSTITUTIONS,
    form=forms.OpenForm,
    run=lambda context: open_exemption(bad_debt_id=context.given["bad_debt"].public_id, actor=context.member, at=context.at),
    clause="FP 1.7",
    sentence="按方案各条款列出核查项目，系统已有的记录随附其后。",
)


def _offered(row: Transition, who: StepPermission, may: Callable[[Member, Exemption], bool] | None) -> Step:
    service = EXEMPTION_SERVICES[row.name].run
    return offered(row, who=who, may=may, run=lambda context: service(exemption_id=context.obj.public_id, **context.answers))


EXEMPTION_STEPS_OFFERED = (
    Step(
        name="answer",
        label="填写核查表",
        who=INSTITUTIONS,
        may=_own,
        states=states(State.CHECKING),
        form=forms.ChecklistForm,
        run=_answer,
        clause="FP 1.7",
        sentence="可分次填写；作出结论前可修改，结论后不再变动。",
        tone="main",
    ),
    _offered(EXEMPTION_STEP["conclude"], COMMITTEE, _own),
    _offered(EXEMPTION_STEP["find"], allowed_for(K.REGULATOR), None),
    Step(
        name="pack",
        label="生成证据包",
        who=allowed_for(),
        run=lambda context: build_evidence_pack(exemption_id=context.obj.public_id, actor=context.member, at=context.at),
        clause="FP 1.7",
        sentence="汇集截至此刻的时间线、核查表、条款、审计事件和材料原件，连同校验程序打成一个压缩包，以SHA-256留存。",
        done="证据包已生成，可下载并自行校验。",
    ),
)
