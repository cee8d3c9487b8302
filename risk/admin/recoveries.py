"""What came back of bad debts, and what is returned to those who paid."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge, Money, link_to
from common.admin.extension_points import acting_member
from common.admin.forms import StepForm
from common.admin.panels import Fact, Row, facts, table
from common.admin.steps import Step, allowed_for
from common.admin.transition_forms import offered
from common.admin.visible import VisibleAdmin
from common.money import ZERO, in_words
from common.transitions import Transition
from loans.selectors.visible import scope_of
from parties.admin.second_person import by_another
from parties.enums import InstitutionKind, Role
from parties.models import Member
from policy.admin.deadlines import deadline_facts, left
from risk.admin.shared import SEEN_BY, entry_links, is_of_bank, money_step, on_record, return_state
from risk.enums import Payer
from risk.models import BadDebt, Recovery, Return
from risk.money_transitions import RECOVERY_STEPS
from risk.recoveries.services.records import check_recovery, send_back_recovery
from risk.recoveries.services.step_services import RETURN_SERVICES
from risk.recoveries.transitions import RETURN_STEPS
from risk.visibility import recoveries_visible_to, returns_visible_to

SHORT_NAMES = {Payer.GUARANTOR: "担保公司"}
CHECKERS = allowed_for(InstitutionKind.BANK, roles=[Role.CHECKER])
RETURN_HEADS = ("退回单", "收款方", "退回金额", "状态", "退回期限", "剩余", "退回日期", "凭证号", "对应的补偿支付", "记账凭证")


def recoveries_listed(member: Member) -> QuerySet[Recovery]:
    """Return what the member sees, with all that lists show."""
    return recoveries_visible_to(member).select_related("bad_debt__loan__enterprise")


def returns_listed(member: Member) -> QuerySet[Return]:
    """Return what the member sees, with all that lists show."""
    return returns_visible_to(member).select_related("recovery__bad_debt__loan__enterprise", "entry")


def recorded_recoveries(request: HttpRequest, bad_debt: BadDebt) -> Any:
    """Return everything recorded as come back of a bad debt, checked or not, with the sum that counts."""
    found = list(recoveries_visible_to(acting_member(request)).filter(bad_debt=bad_debt).order_by("received_on", "id"))
    rows = [
        Row(
            cells=(
                link_to(request, one, one.bank_reference),
                one.received_on,
                Money(one.amount),
                Money(one.costs),
                Money(one.net),
                money_step(one),
                link_to(request, one.claim) if one.claim else "申请补偿前收回" if one.is_checked else None,
                one.remark,
            )
        )
        for one in found
    ]
    heads = ("银行流水号", "到账日期", "追回金额", "追偿费用", "追回净额", "复核状态", "计入", "说明")
    checked = [one for one in found if one.is_checked]
    sums = (Money(sum((getattr(one, name) for one in checked), ZERO)) for name in ("amount", "costs", "net"))
    foot = Row(cells=("已复核合计", "", *sums, "", "", "")) if checked else None
    return table("追偿收回", heads, rows, foot=foot, clause="FP 1.5.2(2)", empty="尚无追偿收回。")


def _own(member: Member, recovery: Recovery) -> bool:
    return is_of_bank(member, recovery.bank_id)


RECOVERY_STEPS_OFFERED = tuple(
    on_record(row, who=CHECKERS, may=_own, run=run, key="recovery_id")
    for row, run in zip(RECOVERY_STEPS, (check_recovery, send_back_recovery), strict=True)
)


@admin.register(Recovery)
class RecoveryAdmin(VisibleAdmin):
    """Recoveries, recorded by one person and checked by another."""

    visible_to = staticmethod(recoveries_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        "bank_reference",
        Column("企业", lambda one: one.bad_debt.loan.enterprise, order="bad_debt__loan__enterprise__name"), "bank", "received_on",
        "amount", "costs", "net", Column("复核状态", money_step, order="step"), "claim",
    )  # fmt: skip
    shows = (
        "bank_reference", "bank", "bad_debt", "claim", "received_on", "amount", "costs", "net", "remark", "made_by", "made_at",
        "checked_by", "checked_at",
    )  # fmt: skip
    search_fields = ("bank_reference", "bad_debt__loan__contract_number", "bad_debt__loan__enterprise__name", "claim__number")
    list_filter = ("step", "bank", "bad_debt__loan__mode", "bad_debt__loan__category", "bad_debt__loan__district")
    date_hierarchy = "received_on"
    ordering = ("-received_on", "-id")
    case_related = (
        "bad_debt__loan__application__entry", "bad_debt__loan__district", "made_by__institution", "checked_by__institution",
    )  # fmt: skip
    steps = RECOVERY_STEPS_OFFERED
    papers = (("到账凭证", "到账凭证"), ("费用凭证", "费用凭证"))
    list_intro = "在坏账或补偿申请页面登记；经另一人复核后计入，并按累计净额向各承担方退回。"

    def heading(self, case: Recovery) -> str:
        """Return contract and reference."""
        return f"{case.bad_debt.loan.contract_number} · 流水号{case.bank_reference}"

    def badges(self, case: Recovery) -> list[Badge]:
        """Return where the record stands."""
        return [money_step(case)]

    def opening_scope(self, case: Recovery) -> dict[str, Any]:
        """Return bank, county and enterprise of the case."""
        return {"scope": scope_of(case.bad_debt.loan)}

    def preview(self, request: HttpRequest, case: Recovery, step: Step) -> list[Any]:
        """Return what is checked."""
        return [self.first_panel(request, case)]

    def parts(self, request: HttpRequest, case: Recovery) -> list[Any]:
        """Return what is returned to whom because of it."""
        rows = return_rows(request, returns_listed(acting_member(request)).filter(recovery=case).order_by("id"))
        return [
            table("退回各承担方", RETURN_HEADS, rows, clause="FP 1.5.2(2)", empty="没有应退回的款项。", note=NO_RETURN if not rows else "")
        ]


NO_RETURN = "先冲减尚未支付的补偿；只有超过各方最终承担的已付部分才退回。"


def return_rows(request: HttpRequest, returns: Any) -> list[Row]:
    """Return one line per return, with its term and its ledger entry."""
    found = list(returns)
    links = entry_links(request, (one.entry_id for one in found))
    return [
        Row(
            cells=(
                link_to(request, one, f"第{one.pk}号"),
                f"{one.answers.get_payer_display()} {one.answers.institution.short_name}",
                Money(one.amount),
                return_state(one),
                one.deadline.due_on,
                left(one.deadline),
                one.returned_on,
                one.voucher,
                link_to(request, one.answers.payment, f"第{one.answers.payment.number}次支付"),
                links.get(one.entry_id),
            )
        )
        for one in found
    ]


def _owes(member: Member, row: Return) -> bool:
    return is_of_bank(member, row.recovery.bank_id)


class ReturnedToday(StepForm):
    """Begins with today."""

    def prepare(self) -> None:
        """Fill in the day."""
        self.first(returned_on=self.on)


def _on_return(row: Transition) -> Step:
    service = RETURN_SERVICES[row.name].run
    return offered(
        row,
        name={"check_off": "check"}.get(row.name, row.name.replace("_", "-")),
        who=CHECKERS if row.needs_checker else allowed_for(InstitutionKind.BANK),
        may=_owes,
        fits=by_another() if row.name == "check_off" else None,
        run=lambda context: service(return_id=context.obj.public_id, **context.answers),
        base=ReturnedToday if row.name == "record" else StepForm,
    )


RETURN_STEPS_OFFERED = [_on_return(row) for row in RETURN_STEPS]


@admin.register(Return)
class ReturnAdmin(VisibleAdmin):
    """Returns of what others paid, each with its term."""

    visible_to = staticmethod(returns_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        Column("补偿申请", lambda one: one.answers.payment.claim, order="answers__payment__claim__number"),
        Column("企业", lambda one: one.recovery.bad_debt.loan.enterprise, order="recovery__bad_debt__loan__enterprise__name"),
        Column("退回银行", lambda one: one.recovery.bank.short_name, order="recovery__bank"),
        Column("收款方", lambda one: SHORT_NAMES.get(one.answers.payer, one.answers.get_payer_display()), order="answers__payer"), "amount",
        Column("状态", return_state, order="state"), Column("到期日", lambda one: one.deadline.due_on, order="deadline__due_on"),
        Column("剩余", lambda one: left(one.deadline), name="left"), "returned_on", "voucher",
    )  # fmt: skip
    search_fields = ("answers__payment__claim__number", "voucher", "recovery__bad_debt__loan__enterprise__name", "recovery__bank_reference")
    list_filter = ("state", "answers__payer", "recovery__bank", "recovery__bad_debt__loan__district")
    date_hierarchy = "deadline__due_on"
    ordering = ("-id",)
    case_related = (
        "recovery__bad_debt__loan__application__entry", "recovery__bad_debt__loan__district", "made_by__institution",
        "checked_by__institution", "answers__entry",
    )  # fmt: skip
    steps = RETURN_STEPS_OFFERED
    papers = (("付款凭证", "付款凭证"),)
    list_intro = "追偿净额按累计数退回实际承担方，期限自追回款到账日起算；经办登记、另一人复核后记账。"

    def heading(self, case: Return) -> str:
        """Return claim and receiver."""
        return f"{case.answers.payment.claim.number} · 退回{case.answers.get_payer_display()}"

    def badges(self, case: Return) -> list[Badge]:
        """Return where the return stands, and its term."""
        return [return_state(case), left(case.deadline)]

    def opening_scope(self, case: Return) -> dict[str, Any]:
        """Return bank, county and enterprise of the case."""
        return {"scope": scope_of(case.recovery.bad_debt.loan)}

    def preview(self, request: HttpRequest, case: Return, step: Step) -> list[Any]:
        """Return what is returned."""
        return [self.own_facts(request, case)]

    def own_facts(self, request: HttpRequest, case: Return) -> Any:
        """Return who gets what back, and the loss entry it answers."""
        part = case.answers
        links = entry_links(request, (part.entry_id, case.entry_id))
        names = (
            Fact("补偿申请", link_to(request, part.payment.claim)), Fact("收款方", f"{part.get_payer_display()} {part.institution}"),
            "amount", Fact("金额大写", in_words(case.amount)),
            Fact("追偿收回", link_to(request, case.recovery, case.recovery.bank_reference)),
            Fact("对应的补偿支付", link_to(request, part.payment, f"第{part.payment.number}次支付"), f"该方支付{part.amount:,.2f}元"),
            Fact("原支付凭证", links.get(part.entry_id, "已记账")), "returned_on", "voucher", "made_by", "checked_by",
            Fact("退回凭证", links.get(case.entry_id)),
        )  # fmt: skip
        return facts(request, case, "追偿款退回", *names, clause=part.clause)

    def parts(self, request: HttpRequest, case: Return) -> list[Any]:
        """Return the return and its term."""
        return [self.own_facts(request, case), deadline_facts("退回期限", case.deadline)]
