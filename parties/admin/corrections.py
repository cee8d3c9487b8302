"""Putting typed facts right on screen: the two steps on the page of every row, and the corrections with what stood there before."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Lines, Money, Rate, Small, link_to, plain
from common.admin.extension_points import acting_member, add_panel, add_steps
from common.admin.forms import CodeInput, CountInput, DayInput, LongText, MomentInput, MoneyInput, PercentInput, StepForm, YesNo
from common.admin.panels import Fact, facts, table
from common.admin.steps import Step, StepContext, StepPermission, allowed_for
from common.admin.transition_forms import offered
from common.admin.visible import VisibleAdmin
from common.dates import ENDS, HAPPENED
from common.fields import MoneyField, RateField
from common.money import display, in_words
from parties.admin.second_person import by_another
from parties.correction_transitions import CORRECTION_STEP
from parties.corrections import TABLES, Correctable, for_every_table, label_of, tables_of
from parties.enums import CorrectionAction, Role
from parties.models import Correction, District, Member
from parties.selectors import corrections_visible_to
from parties.services.corrections import confirm_correction, propose_correction, refuse_correction, remove_row, take_back_correction


class PutRightForm(StepForm):
    """The facts of a row, as they stand, to be put right; made for each table."""

    chosen: Correctable

    def prepare(self) -> None:
        """Begin with what stands there."""
        stands = self.chosen.found(self.obj)
        values = {name: _shown_first(stands[self.chosen.column(name).attname]) for name in self.chosen.facts}
        rates = {name: value * 100 for name, value in values.items() if isinstance(self.fields[name], PercentInput) and value is not None}
        self.first(**(values | rates))


def _shown_first(value: Any) -> Any:
    """Return a fact as its field begins with it: a truth value as its word."""
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class RemoveForm(StepForm):
    """Why a row that is not yet in force goes."""

    reason = LongText(label="撤销理由", max_length=500, rows=2, help_text="写明依据和错在何处；撤销后内容在更正事项中保留备查。")


class RemoveAndResumeForm(RemoveForm):
    """The same, where the row before was cut short for this one."""

    earlier_until_on = DayInput(
        days=ENDS, label="前一条记录至(不含)", required=False, help_text="撤销后前一条记录继续有效；原文件定有截止日的请填写，未定的不填。"
    )


def form_of(chosen: Correctable) -> type[PutRightForm]:
    """Return the form that puts the rows of a table right."""
    fields: dict[str, Any] = {name: _field(chosen, name) for name in chosen.facts}
    fields["reason"] = LongText(label="更正理由", max_length=500, rows=2, help_text="写明依据文件和错在何处，复核人员据此核对。")
    return type(f"PutRight{chosen.name.title().replace('_', '')}Form", (PutRightForm,), fields | {"chosen": chosen, "__module__": __name__})


def _field(chosen: Correctable, name: str) -> forms.Field:
    column = chosen.column(name)
    options: dict[str, Any] = {"label": str(column.verbose_name), "required": not (column.null or column.blank)}
    if isinstance(column, models.ForeignKey):
        rows = chosen.choices[name]() if name in chosen.choices else _choices(column)
        return forms.ModelChoiceField(queryset=rows, empty_label="请选择", **options)
    if isinstance(column, models.BooleanField):
        return YesNo(label=options["label"])
    if isinstance(column, models.TextField):
        return LongText(**options)
    if name in chosen.codes:
        return CodeInput(case=chosen.codes[name], max_length=column.max_length, **options)
    if isinstance(column, models.DateTimeField):
        return MomentInput(**options)
    if isinstance(column, models.DateField):
        return DayInput(days=chosen.days.get(name, HAPPENED), **options)
    if isinstance(column, RateField):
        return PercentInput(**options)
    if isinstance(column, MoneyField):
        return MoneyInput(min_value=0, **options)
    if isinstance(column, models.IntegerField):
        return CountInput(min_value=0, **options)
    return forms.CharField(max_length=column.max_length, **options)


def _choices(column: "models.ForeignKey[Any, Any]") -> "models.QuerySet[Any]":
    related: type[models.Model] = column.related_model
    return District.objects.filter(is_live=True) if related is District else related._default_manager.all()


def _propose(chosen: Correctable) -> Callable[[StepContext], Correction]:
    def run(context: StepContext) -> Correction:
        given = dict(context.given)
        reason = given.pop("reason")
        changes = {chosen.column(name).attname: getattr(value, "pk", value) for name, value in given.items()}
        return propose_correction(
            table=chosen.name, row_id=context.obj.pk, changes=changes, reason=reason, actor=context.member, at=context.at
        )

    return run


def _in_force(chosen: Correctable, wanted: bool) -> Callable[[Any], bool]:
    return lambda row: chosen.is_in_force(row, on=timezone.localdate()) is wanted


def steps_of(chosen: Correctable) -> list[Step]:
    """Return the steps by which rows of a table are put right or, before they hold, removed."""
    shared: dict[str, Any] = {"who": allowed_for(*chosen.keepers), "may": chosen.may, "clause": chosen.clause}
    steps = [
        Step(
            name=chosen.step,
            label=f"更正{chosen.label}",
            form=form_of(chosen),
            when=_in_force(chosen, True),
            run=_propose(chosen),
            sentence="一人提出，本单位另一名复核人员复核后生效；原内容保留备查。已有事项依据原内容办理的，须先处理这些事项。",
            done="已提出更正，请本单位另一名复核人员复核。",
            **shared,
        )
    ]
    if chosen.begins and chosen.removable:
        steps.append(
            Step(
                name="remove",
                label=f"撤销未生效的{chosen.label}",
                form=RemoveAndResumeForm if chosen.asks_earlier_end else RemoveForm,
                when=_in_force(chosen, False),
                run=lambda context: remove_row(
                    table=chosen.name, row_id=context.obj.pk, actor=context.member, at=context.at, **context.given
                ),
                sentence="仅限尚未生效的记录。撤销后内容在更正事项中保留备查，可重新录入正确内容。",
                done="已撤销，原内容保留备查。",
                tone="danger",
                **shared,
            )
        )
    return steps


def put_right(request: HttpRequest, row: Any) -> Any:
    """Return the corrections of a row that the person may read, with what stood there before; ``None`` where there is none."""
    kinds = [one.name for one in tables_of(type(row))]
    found = corrections_visible_to(acting_member(request)).filter(kind__in=kinds, row_id=row.pk)
    rows = [
        (link_to(request, one, label_of(one.kind)), one.made_at, Badge(one.get_state_display(), "plain"), *_sides(one), one.reason)
        for one in found
    ]
    return table("更正记录", ("事项", "提出时间", "状态", "更正前", "更正后", "理由"), rows) if rows else None


def _sides(correction: Correction) -> tuple[str, str]:
    """Return what changes as two lines of text: as it stood, as it shall stand."""
    lines = [line for line in difference(correction) if line[1] != line[2]]
    return "；".join(f"{name} {_text(old)}" for name, old, _ in lines), "；".join(f"{name} {_text(new)}" for name, _, new in lines)


def _text(value: Any) -> str:
    if isinstance(value, Lines) and isinstance(value.values[0], Money):
        value = f"{display(value.values[0].amount)} 元"
    read = plain(value)
    return "无" if read is None or read == "" else str(read)


def difference(correction: Correction) -> list[tuple[str, Any, Any]]:
    """Return each fact by its Chinese name, as it stood and as it shall stand."""
    chosen = TABLES.get(correction.kind)
    if chosen is None:
        return [(name, value, correction.after.get(name)) for name, value in correction.before.items()]
    return [
        (str(chosen.column(name).verbose_name), _said(chosen, name, value), _said(chosen, name, correction.after.get(name)))
        for name, value in correction.before.items()
        if not isinstance(chosen.column(name), models.JSONField)
    ]


def _said(chosen: Correctable, name: str, value: Any) -> Any:
    """Return a stored fact as people read it."""
    column = chosen.column(name)
    typed = column.to_python(value)
    if typed is None:
        return None
    if isinstance(column, RateField):
        return Rate(typed)
    if isinstance(column, MoneyField):
        return Lines((Money(typed), Small(in_words(typed))))
    if isinstance(column, models.ForeignKey):
        related: type[models.Model] = column.related_model
        return str(related._default_manager.filter(pk=typed).first() or "")
    if isinstance(typed, bool):
        return "是" if typed else "否"
    return dict(column.flatchoices).get(typed, typed) if column.choices else typed


def _own(member: Member, correction: Correction) -> bool:
    return member.institution_id == correction.institution_id


ANYBODY, CHECKERS = StepPermission(), StepPermission(roles=frozenset({Role.CHECKER}))
STEPS = (
    offered(
        CORRECTION_STEP["confirm"],
        who=CHECKERS,
        may=_own,
        fits=by_another(),
        run=lambda context: confirm_correction(correction_id=context.obj.public_id, actor=context.member, at=context.at),
    ),
    offered(
        CORRECTION_STEP["refuse"],
        who=CHECKERS,
        may=_own,
        fits=by_another(),
        run=lambda context: refuse_correction(correction_id=context.obj.public_id, **context.answers),
    ),
    offered(
        CORRECTION_STEP["take_back"],
        who=ANYBODY,
        may=_own,
        run=lambda context: take_back_correction(correction_id=context.obj.public_id, actor=context.member, at=context.at),
    ),
)


@admin.register(Correction)
class CorrectionAdmin(VisibleAdmin):
    """What was typed wrong and put right, by whom, and what stood there before."""

    visible_to = staticmethod(corrections_visible_to)
    is_case = True
    columns = (
        Column("类别", lambda one: label_of(one.kind), order="kind", name="kind"),
        "subject", "action", "state", "institution", "made_by", "made_at", "decided_by", "decided_at",
    )  # fmt: skip
    shows = ("subject",)
    search_fields = ("subject", "reason")
    list_filter = ("state", "action", "kind")
    ordering = ("-id",)
    steps = STEPS
    list_intro = "录入有误的日期、金额、费率等：尚未生效的可以撤销；已生效的由一人提出更正、本单位另一名复核人员复核。原内容在此保留备查。"

    def first_panel(self, request: HttpRequest, case: Correction) -> Any:
        """Return who proposed what and why, and who decided."""
        return facts(
            request, case, "更正事项", Fact("类别", label_of(case.kind)), "action", "subject", "reason", "institution", "made_by",
            "made_at", "decided_by", "decided_at", *(["refusal"] if case.refusal else []),
        )  # fmt: skip

    def parts(self, request: HttpRequest, case: Correction) -> list[Any]:
        """Return what stood there and what shall."""
        heads = ("项目", "更正前", "更正后") if case.action == CorrectionAction.CORRECT else ("项目", "撤销前", "撤销后")
        return [table("更正内容", heads, difference(case), note="更正前的内容不会删除。")]

    def preview(self, request: HttpRequest, case: Correction, step: Step) -> list[Any]:
        """Return what is confirmed above the form."""
        return [self.first_panel(request, case), *self.parts(request, case)]


def offer(chosen: Correctable) -> None:
    """Offer the steps and show the corrections on the page of a table's rows."""
    label = chosen.model._meta.label_lower
    if chosen.offered:
        add_steps(label, *steps_of(chosen))
    if [one.name for one in tables_of(chosen.model)] == [chosen.name]:  # once for tables of one page
        add_panel(label, put_right, order=90)


for_every_table(offer)
