"""Shapes that several resources share."""

from typing import Any

from rest_framework import serializers

from api.v1.fields import Asked, AskedDay, AskedReference, shown_day, shown_flag, shown_text


class EnterpriseShown(serializers.Serializer[Any]):
    """An enterprise, named."""

    id = serializers.UUIDField(source="public_id", read_only=True, help_text="企业标识")
    credit_code = shown_text("统一社会信用代码")
    name = shown_text("企业名称")


class ProjectShown(serializers.Serializer[Any]):
    """A project, named."""

    id = serializers.UUIDField(source="public_id", read_only=True, help_text="项目标识")
    code = shown_text("投资项目代码")
    name = shown_text("项目名称")


class InstitutionShown(serializers.Serializer[Any]):
    """An institution, named."""

    id = serializers.UUIDField(source="public_id", read_only=True, help_text="机构标识")
    code = shown_text("机构代号")
    name = shown_text("机构名称")


class DistrictShown(serializers.Serializer[Any]):
    """A county, named."""

    code = shown_text("行政区划代码")
    name = shown_text("县（市、区）名称")


class DeadlineShown(serializers.Serializer[Any]):
    """A deadline counted in working days."""

    due_on = shown_day("到期日，依据 FP 1.6.3")
    is_provisional = shown_flag("是否暂定：跨入放假安排尚未公布的年度，公布后可能调整，依据 D6")


class OnDay(Asked):
    """A step, on a day."""

    example = {"on": "2024-03-05"}
    on = AskedDay(required=False, help_text="办理日期，默认为今天；不得晚于今天，也不得早于上一步")


class Nothing(Asked):
    """A step that needs nothing said."""


class ReferenceAsked(Asked):
    """The caller's own number of an object."""

    example = {"bank_reference": "YW2024000123"}
    bank_reference = AskedReference(max_length=64, help_text="本机构自己的业务编号")
