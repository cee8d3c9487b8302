"""参与资格决定: which bank leaves or comes back, by whom it was decided; and the year's test with its working."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from audit.services import Scope
from common.admin.columns import Column
from common.admin.display_values import Badge, Rate, Small, joined, link_to, tone_of
from common.admin.extension_points import acting_member
from common.admin.forms import DayInput, LongText, StepForm
from common.admin.panels import Row, Table, facts, table
from common.admin.steps import Step, StepContext, allowed_for, states
from common.admin.transition_forms import offered
from common.admin.visible import VisibleAdmin
from common.dates import BEGINS
from common.money import floor_rate
from common.transitions import Transition
from parties.access import SEES_ALL, sees_all
from parties.admin.second_person import by_another
from parties.enums import InstitutionKind, Role
from parties.models import BankExclusion, Institution, Member
from reporting.assessment.rules import BankYear, Criterion, Proposal, Test
from reporting.assessment.selectors import proposals_of
from reporting.assessment.services import propose_reinstatement, propose_removal
from reporting.assessment.step_services import DECISION_SERVICES
from reporting.assessment.transitions import DECISION_STEPS
from reporting.enums import YearState
from reporting.models import ParticipationDecision, ResponseYear
from reporting.visibility import participation_decisions_visible_to

K = InstitutionKind
CITY = allowed_for(K.CITY_INDUSTRY)
CLAUSE = "FP 2.2, D9, D45"
WORDS = {
    Criterion.RATE: "响应率最低",
    Criterion.SME_RATE: "响应率相同，中小微响应率较低",
    Criterion.MEAN_DAYS: "响应率相同，平均批复用时较长",
    Criterion.APPLICATIONS: "响应率和用时相同，到期申请较多",
    Criterion.MEETING: "各项均相同，由会议决定",
}
TESTS = {Test.ALL: "年度响应率(全部企业)", Test.SME: "中小微企业年度响应率"}


class DecisionForm(StepForm):
    """Which bank, from when, by which document, and why."""

    bank = forms.ModelChoiceField(label="银行", queryset=Institution.objects.none(), empty_label="请选择")
    effective_on = DayInput(label="生效日", days=BEGINS, help_text="不早于确认之日的次日；取消的不早于考核年度的次年1月1日。")
    document_number = forms.CharField(label="决定文号", max_length=60)
    reason = LongText(label="理由", max_length=2000, help_text="银行会看到此理由；与系统建议不一致的请说明原因。")

    def prepare(self) -> None:
        """Offer the banks of the year, or those that a decision keeps out."""
        found: Any = self.fields["bank"]
        banks = Institution.objects.filter(kind=K.BANK).order_by("code")
        if isinstance(self.obj, ResponseYear):
            found.queryset = banks.filter(pk__in=self.obj.rates.filter(bank__isnull=False).values("bank"))
        else:
            found.queryset = banks.filter(pk__in=BankExclusion.objects.filter(until_on__isnull=True).values("bank"))


def _given(context: StepContext) -> dict[str, Any]:
    given = dict(context.given)
    bank = given.pop("bank")
    return given | {"bank_id": bank.public_id, "actor": context.member, "at": context.at}


REMOVE = Step(
    name="remove-bank",
    label="提出取消参与资格",
    who=CITY,
    states=states(YearState.LOCKED),
    when=lambda year: any(one.passes is False for one in proposals_of(year)),
    form=DecisionForm,
    run=lambda context: propose_removal(year_id=context.obj.public_id, **_given(context)),
    clause=CLAUSE,
    sentence="系统按考核结果提出建议，由人员依文件决定；另一人确认后自生效日起执行。",
    tone="danger",
)
REINSTATE = Step(
    name="reinstate",
    label="提出恢复参与资格",
    who=CITY,
    form=DecisionForm,
    run=lambda context: propose_reinstatement(**_given(context)),
    clause=CLAUSE,
    sentence="由另一人确认后自生效日起恢复；参与期间和额度另行登记。",
)


def _on_decision(row: Transition) -> Step:
    service = DECISION_SERVICES[row.name].run
    who = allowed_for(K.CITY_INDUSTRY, roles=(Role.CHECKER,))
    return offered(row, who=who, fits=by_another(), run=lambda context: service(decision_id=context.obj.public_id, **context.answers))


@admin.register(ParticipationDecision)
class ParticipationDecisionAdmin(VisibleAdmin):
    """Decisions on banks' parts."""

    visible_to = staticmethod(participation_decisions_visible_to)
    seen_by = frozenset({*SEES_ALL, K.BANK})
    is_case = True
    columns = (
        "bank", "kind", Column("状态", lambda one: Badge(one.get_state_display(), tone_of(one.state)), order="state"), "effective_on",
        "document_number", "assessed_year",
    )  # fmt: skip
    list_filter = ("state", "kind", "bank")
    ordering = ("-id",)
    steps = tuple(_on_decision(row) for row in DECISION_STEPS)
    new_steps = (REINSTATE,)
    list_intro = "年度响应率或中小微企业响应率未达下限的，响应率最低的银行自次年起取消参与资格。依据《实施方案》二(二)。"

    def opening_scope(self, case: ParticipationDecision) -> dict[str, Any]:
        """Return the bank of the case."""
        return {"scope": Scope(bank_id=case.bank_id)}

    def parts(self, request: HttpRequest, case: ParticipationDecision) -> list[Any]:
        """Return the decision, and for the offices the test it rests on; a bank reads nothing of another."""
        shown = ["kind", "bank", "assessed_year", "effective_on", "document_number", "reason", "made_by", "checked_by", "checked_at"]
        if not sees_all(acting_member(request)):
            return [facts(request, case, "决定", *shown, clause=CLAUSE)]
        shown += [name for name in ("is_as_proposed", "sent_back_reason") if getattr(case, name) not in (None, "")]
        return [facts(request, case, "决定", *shown, clause=CLAUSE), *(assessment(case.year) if case.year is not None else [])]

    def preview(self, request: HttpRequest, case: ParticipationDecision, step: Step) -> list[Any]:
        """Return what is confirmed, with the test it rests on."""
        return self.parts(request, case)


def assessment(year: ResponseYear) -> list[Table]:
    """Return both tests of a locked year with their working. Source: FP 2.2.1, FP 2.2.2; D8, D9, D45."""
    found = proposals_of(year)
    names = {bank.pk: bank.short_name for bank in Institution.objects.filter(pk__in={b.bank_id for one in found for b in _all(one)})}
    return [_test(one, names) for one in found]


def assessment_shown(member: Member, year: ResponseYear) -> list[Table]:
    """Return the year's test to who sees every bank. Source: FP 2.2."""
    return assessment(year) if sees_all(member) else []


def _all(one: Proposal) -> tuple[BankYear, ...]:
    return (*one.compared, *one.too_few)


def _test(one: Proposal, names: dict[int, str]) -> Table:
    heads = ("次序", "银行", "响应率", "按时/到期(户)", "中小微响应率", "平均批复用时", "到期申请(笔)", "建议")
    rows = [_bank(n, bank, one, names) for n, bank in enumerate(one.compared, start=1)]
    rows += [
        Row(cells=("—", names[bank.bank_id], *_numbers(bank, one.test), Small("到期户数不足，不参与末位比较"))) for bank in one.too_few
    ]
    return table(f"考核：{TESTS[one.test]}", heads, rows, clause=CLAUSE, note=_verdict(one, names), empty="没有银行。")


def _bank(n: int, bank: BankYear, one: Proposal, names: dict[int, str]) -> Row:
    advice = Badge("建议取消", "bad") if bank.bank_id in one.named else ""
    return Row(cells=(n, names[bank.bank_id], *_numbers(bank, one.test), advice))


def _numbers(bank: BankYear, test: Test) -> tuple[Any, ...]:
    in_time, matured = bank.pair(test)
    mean = f"{bank.decision_days}天/{bank.decisions}笔" if bank.decisions else "—"
    return (
        _rate(in_time, matured),
        f"{in_time}/{matured}",
        joined((_rate(bank.sme_in_time, bank.sme_matured), Small(f"{bank.sme_in_time}/{bank.sme_matured}"))),
        mean,
        bank.applications,
    )


def _rate(in_time: int, matured: int) -> Any:
    rate = floor_rate(in_time, matured)
    return "不适用" if rate is None else Rate(rate)


def _verdict(one: Proposal, names: dict[int, str]) -> str:
    """Return the test as a sum in whole numbers, what it comes to, and what singled the bank out."""
    if one.passes is None:
        return "没有到期企业，不适用。"
    least, of = one.threshold.as_integer_ratio()
    left, right = one.in_time * of, one.matured * least
    sign, counted = "≥" if one.passes else "<", f"全基金{one.in_time}户按时、{one.matured}户到期"
    working = f"{counted}：{one.in_time}×{of} = {left} {sign} {one.matured}×{least} = {right}，"
    if one.passes:
        return f"{working}达到下限{one.threshold * 100:.0f}%。"
    if not one.named:
        return f"{working}未达到下限{one.threshold * 100:.0f}%；没有银行达到最少到期户数，由会议决定。"
    banks = "、".join(names[bank_id] for bank_id in one.named)
    said = WORDS[one.decided_by] if one.decided_by else ""
    return f"{working}未达到下限{one.threshold * 100:.0f}%；建议：{banks}({said})。系统只提出建议，由人员依文件决定。"


def of_bank(request: HttpRequest, bank: Institution) -> Table | None:
    """Return the decisions on a bank's part, on its page, to who may read them. Source: D9, D45."""
    found = participation_decisions_visible_to(acting_member(request)).filter(bank=bank)
    rows = [
        (
            link_to(request, one, one.get_kind_display()),
            Badge(one.get_state_display(), tone_of(one.state)),
            one.effective_on,
            one.document_number,
        )
        for one in found
    ]
    return table("参与资格决定", ("决定", "状态", "生效日", "文号"), rows, clause=CLAUSE) if rows else None
