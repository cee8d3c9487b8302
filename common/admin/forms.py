"""Forms of the admin: what a person types, checked for form only; the domain judges the content."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

from common import texts, typed
from common.admin.revisions import edited_of
from common.dates import HAPPENED, Days
from common.errors import DomainError

Meaning = TypeVar("Meaning")
ISO_DAY, ISO_WRITTEN = "%Y-%m-%d", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PER_CENT = Decimal(100)
MOST_COUNTED = 2_147_483_647  # what integer columns hold
MOST_LISTED = 100  # problems on one page
LONGEST_NAME, LONGEST_DETAIL = 100, 400  # characters of what a file says, in a problem that repeats it


class NumberInput(forms.DecimalField):
    """A number read by the one reader of what people type; what has two meanings or none is refused with its sentence."""

    read: Callable[[str], Decimal] = staticmethod(typed.number)
    repeats = False  # whether the page repeats under the field what was understood

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as Django itself: the stubs follow IntegerField
        """Return what the text means."""
        return _read(self.read, value)


class MoneyInput(NumberInput):
    """An amount in yuan; separators stand between groups of three. The page repeats it grouped, in 万元 and in words."""

    read = staticmethod(typed.amount)
    repeats = True

    def __init__(self, **options: Any) -> None:
        given: dict[str, Any] = {
            "max_digits": 18,
            "decimal_places": 2,
            "min_value": Decimal("0.01"),
            "help_text": "单位：元，最多两位小数。",
        } | options
        super().__init__(**given)
        self.widget.attrs["data-money"] = ""


class PercentInput(NumberInput):
    """A rate typed in per cent and given on as an annual fraction with 6 places."""

    is_fraction = True

    def __init__(self, **options: Any) -> None:
        given: dict[str, Any] = {
            "max_digits": 8,
            "decimal_places": 4,
            "min_value": Decimal(0),
            "help_text": "按年利率填写百分数，如 3.85。",
        } | options
        super().__init__(**given)

    def clean(self, value: Any) -> Decimal | None:
        """Return the fraction."""
        number = super().clean(value)
        return None if number is None else (number / PER_CENT).quantize(Decimal("0.000001"))


class CountInput(forms.IntegerField):
    """A whole number: people, months, a year."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        given: dict[str, Any] = {"widget": widget, "max_value": MOST_COUNTED} | options
        super().__init__(**given)

    def to_python(self, value: Any) -> int | None:
        """Return the number the text means."""
        return _read(typed.whole, value)


def _read(read: Callable[[str], Meaning], value: Any) -> Meaning | None:
    """
    Return what was typed, ``None`` for nothing.

    Raises:
        ValidationError: it has no meaning, or several.
    """
    written = typed.cleaned(str(value)) if value is not None else ""
    if not written:
        return None
    try:
        return read(written)
    except typed.Mistyped as fault:
        raise ValidationError(fault.detail, code=fault.code) from None


class DayInput(forms.DateField):
    """A date, chosen with the browser's own calendar, within the bounds of its kind."""

    def __init__(self, *, days: Days = HAPPENED, **options: Any) -> None:
        self.days = days
        self.today: date | None = None
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format=ISO_DAY), input_formats=[ISO_DAY], **options)

    def begin(self, today: date) -> None:
        """Show and judge the bounds as they are on this day."""
        self.today = today
        self.widget.attrs |= {"min": self.days.first.isoformat(), "max": self.days.last(today).isoformat()}

    def to_python(self, value: Any) -> date | None:
        """Return the day; digits are 0-9 and the year has four."""
        if isinstance(value, str) and value.strip() and ISO_WRITTEN.fullmatch(value.strip()) is None:
            raise ValidationError("日期应写作 2024-01-05。", code="invalid")
        return super().to_python(value)

    def validate(self, value: Any) -> None:
        """Refuse a day out of bounds, naming the bound."""
        super().validate(value)
        sentence = self.days.problem(value, today=self.today or timezone.localdate()) if value else ""
        if sentence:
            raise ValidationError(sentence, code="day_out_of_bounds")


class MomentInput(forms.DateTimeField):
    """A moment of Quanzhou's clock, chosen with the browser's own calendar; to the minute."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class LongText(forms.CharField):
    """A text of several lines."""

    def __init__(self, **options: Any) -> None:
        rows = options.pop("rows", 4)
        given: dict[str, Any] = {"max_length": 2000, "widget": forms.Textarea(attrs={"rows": rows})} | options
        super().__init__(**given)


class CodeInput(forms.CharField):
    """A code, a login name: half width, without blanks, hyphens made plain, before it is measured; ``case`` makes its letters alike."""

    def __init__(self, *, case: Callable[[str], str] = str, **options: Any) -> None:
        self.case = case
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-code": ""}), **options)

    def to_python(self, value: Any) -> str:
        """Return the code as it is kept."""
        return self.case(texts.code(str(super().to_python(value) or "")))


class YesNo(forms.TypedChoiceField):
    """A question that must be answered, yes or no."""

    def __init__(self, **options: Any) -> None:
        choices = (("", "请选择"), ("yes", "是"), ("no", "否"))
        super().__init__(choices=choices, coerce=lambda value: value == "yes", empty_value=None, **options)


class StepForm(forms.Form):
    """What one step asks for. ``obj`` is the case, the list of cases, or ``None`` where something new is registered."""

    required_css_class = "qf-required"
    is_secret = False  # what is typed is kept nowhere, not in the tab and not as a digest that others could compare
    refuses_old = False  # its service refuses it for good once what it was opened on has changed

    def __init__(self, *args: Any, obj: Any = None, member: Any = None, on: Any = None, **kwargs: Any) -> None:
        self.obj, self.member, self.on = obj, member, on
        self.begun: dict[str, Any] = {}
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        self.prepare()
        if self.is_bound:
            self.data = as_meant(self)
        self.edited = edited_of(self)
        for field in self.fields.values():
            if isinstance(field, DayInput):
                field.begin(self.on or timezone.localdate())
            dress(field)

    def prepare(self) -> None:
        """Fill choices and first values that depend on the case; nothing by default."""

    def first(self, **values: Any) -> None:
        """Set the values the fields begin with."""
        for name, value in values.items():
            self.fields[name].initial = value
        self.begun |= values

    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the domain: at the fields it names, else above the form."""
        listed = error.errors[:MOST_LISTED]
        named = [problem for problem in listed if problem.field in self.fields]
        others = [problem for problem in listed if problem.field not in self.fields]
        for problem in named:
            self.add_error(problem.field, Truncator(problem.detail).chars(LONGEST_DETAIL))
        if not named:
            self.add_error(None, error.message)
        for problem in others:
            if problem.detail != error.message:
                self.add_error(None, f"{Truncator(problem.field).chars(LONGEST_NAME)}：{Truncator(problem.detail).chars(LONGEST_DETAIL)}")
        if len(error.errors) > len(listed):
            self.add_error(None, f"共有 {len(error.errors):,} 处问题，以上只列出前 {len(listed)} 处。")


def as_meant(form: forms.Form) -> Any:
    """Return what was sent as it is read, measured, kept and shown again: of each field, the text without what nobody sees."""
    sent: Any = form.data
    meant = sent.copy()
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if key not in meant or isinstance(field.widget, forms.PasswordInput):
            continue
        if hasattr(meant, "setlist"):
            meant.setlist(key, [_meant(field, value) for value in sent.getlist(key)])
        else:
            meant[key] = _meant(field, meant[key])
    return meant


def _meant(field: forms.Field, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if isinstance(field, CodeInput):
        return field.to_python(value)
    return texts.readable(value) if isinstance(field.widget, forms.Textarea) else texts.line(value)


def dress(field: forms.Field) -> None:
    """Give a field the look of the admin; its page counts characters as the server does, and cuts nothing that is pasted."""
    widget = field.widget
    if widget.attrs.pop("maxlength", None) is not None:
        widget.attrs["data-most"] = field.max_length  # type: ignore[attr-defined]  # only texts have one
    if widget.is_hidden:
        return
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return
    if isinstance(widget, forms.CheckboxInput):
        classes = CHECKBOX_CLASSES
    elif isinstance(widget, forms.Textarea):
        classes = TEXTAREA_CLASSES
    elif isinstance(widget, forms.Select):
        classes = SELECT_CLASSES
    elif isinstance(widget, forms.FileInput):
        classes = ["qf-file"]
    else:
        classes = INPUT_CLASSES
    widget.attrs["class"] = " ".join([*classes, widget.attrs.get("class", "")]).strip()


def problems_of(error: ValidationError) -> str:
    """Return the sentences of a model's validation."""
    return " ".join(error.messages)


class AskingForm(StepForm):
    """A step whose refusal may be a question: it is asked once more, with a box to confirm what is unusual."""

    confirmed = forms.BooleanField(label="已核对，填写无误", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "confirmed"])

    def refuse(self, error: DomainError) -> None:
        """Show the refusal; a question with the box that answers it."""
        super().refuse(error)
        if error.is_question:
            field = self.fields["confirmed"]
            field.widget = forms.CheckboxInput()
            dress(field)


class ReasonForm(StepForm):
    """A step that needs a reason which the other side reads."""

    reason = LongText(label="理由", help_text="对方单位或企业会看到此理由，请写明依据和办法。")


class RemarkForm(StepForm):
    """A step that may carry a remark."""

    remark = LongText(label="说明", required=False, rows=3)
