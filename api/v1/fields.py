"""What every shape is made of: strict input, and output that says of each field what it means, in which unit, by which clause."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import Field, Model
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.dates import BEGINS, HAPPENED, Days
from common.money import CENT, MAX_AMOUNT
from common.texts import SAYS_UNREADABLE, is_readable, readable

MONEY_PATTERN = r"^[0-9]{1,16}(\.[0-9]{1,2})?$"
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WRITTEN_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LINE_ENDS = frozenset("\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029")
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]{2,}", re.IGNORECASE)  # how a spreadsheet shows a long number
SIGNED_PATTERN = r"^-?[0-9]{1,16}(\.[0-9]{1,2})?$"
RATE_PATTERN = r"^0(\.[0-9]{1,6})?$"


class AskedText(serializers.CharField):
    """A text; a number or a truth value is none, nor is one with characters that nobody sees or that turn how it is read."""

    default_error_messages = {"unreadable": SAYS_UNREADABLE}

    def to_internal_value(self, data: Any) -> str:
        """Return the text without blanks around it, its lines ended by LF alone."""
        if not isinstance(data, str):
            self.fail("invalid")
        if not is_readable(data):
            self.fail("unreadable")
        return readable(str(super().to_internal_value(data)))


class AskedReference(AskedText):
    """A number or name that somebody gave: one line, as a person would write it on paper."""

    default_error_messages = {
        "several_lines": "编号和名称须为一行，不含换行符和制表符。",
        "formula": '编号不得为表格软件的公式或科学记数法（如 ="00012"、2.02611E+17），请填写编号本身。',
    }

    def to_internal_value(self, data: Any) -> str:
        """Return the line; a spreadsheet's way of keeping or losing digits is none."""
        if isinstance(data, str):
            if not LINE_ENDS.isdisjoint(data):
                self.fail("several_lines")
            if data.lstrip().startswith("=") or SCIENTIFIC.fullmatch(data.strip()):
                self.fail("formula")
        return super().to_internal_value(data)


class AskedId(serializers.UUIDField):
    """An identifier of ours: a UUID in its usual form, in either case."""

    def to_internal_value(self, data: Any) -> UUID:
        """Return the identifier."""
        if not isinstance(data, str) or WRITTEN_ID.fullmatch(data) is None:
            self.fail("invalid", value=data)
        return UUID(data)


class AskedList(serializers.ListField):
    """A list whose length is judged before anything in it, and in which no more is judged once enough of it is faulty."""

    most_faulty = 100

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the list."""
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            raise serializers.ValidationError(self.error_messages["max_length"].format(max_length=self.max_length), code="max_length")
        return list(super().to_internal_value(data))

    def run_child_validation(self, data: Any) -> list[Any]:
        """Return the items, or refuse them with the faults of the first hundred faulty ones."""
        found: list[Any] = []
        errors: dict[Any, Any] = {}  # by place
        for place, item in enumerate(data):
            try:
                found.append(self.child.run_validation(item))
            except serializers.ValidationError as fault:
                errors[place] = fault.detail
                if len(errors) == self.most_faulty:
                    break
        if errors:
            raise serializers.ValidationError(errors)
        return found


class AskedFlag(serializers.BooleanField):
    """true or false, and no word or number for it."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the truth value."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class AskedCount(serializers.IntegerField):
    """A whole number, and no text or fraction of one."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


@extend_schema_field({"type": "string", "pattern": MONEY_PATTERN, "example": "1000000.00"})
class AskedMoney(serializers.DecimalField):
    """Yuan as a text with at most two places, more than nothing unless told otherwise."""

    default_error_messages = {"invalid": '金额须为文本（带引号），单位元，最多两位小数，不含千分位，如 "1000000.00"。'}

    def __init__(self, *, min_value: Decimal = CENT, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, min_value=min_value, max_value=MAX_AMOUNT, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the amount; a JSON number may have lost a cent on its way and is refused, as are exponents and digits of other scripts."""
        if not isinstance(data, str) or PLAIN_NUMBER.fullmatch(data) is None:
            self.fail("invalid")
        return Decimal(super().to_internal_value(data))


@extend_schema_field({"type": "string", "pattern": SIGNED_PATTERN, "example": "-120.50"})
class AskedSignedMoney(AskedMoney):
    """Yuan of either sign."""

    default_error_messages = {"invalid": '金额须为文本（带引号），单位元，最多两位小数，可为负数，如 "-120.50"。'}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=-MAX_AMOUNT, **kwargs)


@extend_schema_field({"type": "string", "pattern": RATE_PATTERN, "example": "0.005"})
class AskedRate(serializers.DecimalField):
    """An annual fraction as a text with at most six places."""

    default_error_messages = {"invalid": '费率须为文本（带引号）的年费率小数，最多六位小数，如 "0.005"。'}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=7, decimal_places=6, min_value=Decimal(0), max_value=Decimal(1), **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the fraction, of plain digits as an amount's."""
        if not isinstance(data, str) or PLAIN_NUMBER.fullmatch(data) is None:
            self.fail("invalid")
        return Decimal(super().to_internal_value(data))


class AskedDay(serializers.DateField):
    """A day as YYYY-MM-DD within the bounds of its kind; that nothing lies ahead is for the step itself to say."""

    def __init__(self, *, days: Days = BEGINS, **kwargs: Any) -> None:
        self.days = BEGINS if days is HAPPENED else days
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_internal_value(self, data: Any) -> date:
        """Return the day."""
        if not isinstance(data, str) or WRITTEN_DAY.fullmatch(data) is None:
            self.fail("invalid", format="YYYY-MM-DD")
        day = super().to_internal_value(data)
        if sentence := self.days.problem(day, today=timezone.localdate()):
            raise serializers.ValidationError(sentence, code="day_out_of_bounds")
        return day


class AskedDigest(serializers.RegexField):
    """A SHA-256 as text."""

    default_error_messages = {"invalid": "SHA-256 须为 64 位小写十六进制文本。"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[0-9a-f]{64}\Z", trim_whitespace=False, **kwargs)


class Asked(serializers.Serializer[Any]):
    """An input; a name it does not know is refused, so that a misspelt field is never silently dropped."""

    example: ClassVar[Mapping[str, Any]] = {}
    default_error_messages = {"invalid": '请求内容须为 JSON 对象，如 {{"on": "2024-03-01"}}。'}

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; a wrong choice is answered with the right ones."""
        found = super().get_fields()
        for field in found.values():
            if isinstance(field, serializers.ChoiceField):
                known = "、".join(str(choice) for choice in field.choices)
                field.error_messages["invalid_choice"] = f"“{{input}}” 不是可用的值，可用：{known}。"
        return found

    def to_internal_value(self, data: Any) -> Any:
        """
        Return the values once every name is known.

        Raises:
            ValidationError: a name is unknown or a value cannot stand; all of them are told at once.
        """
        problem = serializers.ErrorDetail("没有这个字段，请核对名称。", code="unknown")
        unknown = {str(name): [problem] for name in data if name not in self.fields} if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            raise serializers.ValidationError({**unknown, **cast("dict[str, Any]", refused.detail)}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return values


class Shown(serializers.ModelSerializer[Any]):
    """An output of a stored row; ``clauses`` in Meta names the clause a field rests on."""

    id = serializers.UUIDField(source="public_id", help_text="标识（UUID），永不变化")

    def build_standard_field(self, field_name: str, model_field: Field) -> Any:
        """Return the field with meaning, unit and clause in its description."""
        kind, kwargs = super().build_standard_field(field_name, model_field)
        kwargs["help_text"] = self.meaning(field_name, model_field)
        return kind, kwargs

    def meaning(self, name: str, field: Field) -> str:
        """Return what a field means: its Chinese name, unit or note, and clause."""
        note = f"（{field.help_text}）" if field.help_text else ""
        clause = getattr(self.Meta, "clauses", {}).get(name)
        return f"{field.verbose_name}{note}{f'，依据 {clause}' if clause else ''}"

    class Meta:
        model: type[Model]


def shown_text(meaning: str, **kwargs: Any) -> serializers.CharField:
    """Return an output field of text."""
    return serializers.CharField(help_text=meaning, read_only=True, **kwargs)


def shown_money(meaning: str, **kwargs: Any) -> serializers.DecimalField:
    """Return an output field in yuan."""
    return serializers.DecimalField(max_digits=18, decimal_places=2, help_text=f"{meaning}，元", read_only=True, **kwargs)


def shown_rate(meaning: str, **kwargs: Any) -> serializers.DecimalField:
    """Return an output field as an annual fraction."""
    return serializers.DecimalField(max_digits=9, decimal_places=6, help_text=f"{meaning}，年利率小数", read_only=True, **kwargs)


def shown_day(meaning: str, **kwargs: Any) -> serializers.DateField:
    """Return an output field of a day."""
    return serializers.DateField(help_text=meaning, read_only=True, **kwargs)


def shown_count(meaning: str, **kwargs: Any) -> serializers.IntegerField:
    """Return an output field of a count."""
    return serializers.IntegerField(help_text=meaning, read_only=True, **kwargs)


def shown_flag(meaning: str, **kwargs: Any) -> serializers.BooleanField:
    """Return an output field of a truth value."""
    return serializers.BooleanField(help_text=meaning, read_only=True, **kwargs)


def shown_moment(meaning: str, **kwargs: Any) -> serializers.DateTimeField:
    """Return an output field of a moment."""
    return serializers.DateTimeField(help_text=meaning, read_only=True, **kwargs)


def shown_reference() -> serializers.CharField:
    """Return the caller's own number of the object."""
    return serializers.CharField(source="own_reference", default="", read_only=True, help_text="本机构自己的业务编号，没有则为空")


@extend_schema_field(OpenApiTypes.DATETIME)
class UpdatedAt(serializers.DateTimeField):
    """When the object changed last; of one just changed, the moment of the call."""

    def __init__(self) -> None:
        super().__init__(source="*", read_only=True, help_text="最近一次变更的记录时间")

    def to_representation(self, value: Any) -> Any:
        """Return the moment."""
        return super().to_representation(getattr(value, "updated_at", None) or self.context["now"])
