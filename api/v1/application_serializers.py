"""How intents and applications read, and what each step is asked with."""

from typing import Any

from rest_framework import serializers

from api.v1.fields import (
    Asked,
    AskedCount,
    AskedFlag,
    AskedId,
    AskedMoney,
    AskedReference,
    AskedText,
    Shown,
    UpdatedAt,
    shown_count,
    shown_day,
    shown_flag,
    shown_reference,
)
from api.v1.serializers import DeadlineShown, EnterpriseShown, InstitutionShown, OnDay, ProjectShown
from common.enums import Category, Mode, Security
from loans.access import available_transitions
from loans.models import Application, Intent, SupplementRequest
from loans.selectors.clock import approval_clock
from policy.selectors.calendar import working_calendar

ENTRY = "8f14e45f-ceea-467f-a9e0-1c2d3e4f5a6b"


class IntentShown(Shown):
    """A preliminary agreement."""

    entry_id = AskedId(source="entry.public_id", read_only=True, help_text="白名单条目标识")
    enterprise = EnterpriseShown(source="entry.enterprise", help_text="企业")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = Intent
        fields = ("id", "entry_id", "enterprise", "recorded_on", "bank_reference", "updated_at")
        clauses = {"recorded_on": "FP 2.2.1"}


class IntentAsked(OnDay):
    """The enterprise agreed with."""

    example = {"entry_id": ENTRY, "on": "2024-02-01", "bank_reference": "YX2024000017"}
    entry_id = AskedId(help_text="白名单条目标识")
    bank_reference = AskedReference(max_length=64, required=False, help_text="本行业务编号")


class ApplicationShown(Shown):
    """An application."""

    entry_id = AskedId(source="entry.public_id", read_only=True, help_text="白名单条目标识")
    enterprise = EnterpriseShown(help_text="企业")
    project = ProjectShown(allow_null=True, help_text="项目，研发贷款为空")
    bank = InstitutionShown(help_text="受理银行")
    deadline = DeadlineShown(allow_null=True, help_text="批复期限，草稿为空，依据 FP 1.6.3")
    bank_reference = serializers.SerializerMethodField(help_text="本机构业务编号；未单独登记的，为起草时的编号")
    updated_at = UpdatedAt()

    def get_bank_reference(self, application: Application) -> str:
        """Return the caller's number of the application, else the one it was drafted with."""
        return getattr(application, "own_reference", "") or application.bank_reference

    class Meta:
        model = Application
        fields = (
            "id", "number", "bank_reference", "entry_id", "enterprise", "project", "bank", "mode", "category", "security", "state",
            "amount_requested", "term_months", "purpose", "other_technology_credit", "enterprise_size", "submitted_for", "submitted_on",
            "deadline", "accepted_on", "review_began_on", "decided_on", "amount_approved", "lapses_on", "refusal_reason",
            "refusal_remark", "withdrawn_on", "withdrawal_reason", "conditions_met_on", "contracted_on", "lapsed_on", "updated_at",
        )  # fmt: skip
        clauses = {
            "mode": "FP 1.3",
            "category": "FP 1.2",
            "security": "D36",
            "enterprise_size": "D29",
            "submitted_on": "FP 1.6.3",
            "decided_on": "FP 1.6.3",
            "conditions_met_on": "FP 2.2.1",
            "lapses_on": "D37",
            "other_technology_credit": "FP 3.2",
        }


class ClockShown(serializers.Serializer[Any]):
    """How the thirty working days stand."""

    due_on = shown_day("到期日")
    is_provisional = shown_flag("是否暂定")
    used = shown_count("已用工作日，至批复日或今天")
    left = shown_count("剩余工作日，超期为负数")
    is_overdue = shown_flag("是否超期")
    to_conditions = shown_count("提交至达到放款条件的工作日，尚未达到为空", allow_null=True)
    waited_for_supplements = shown_count("其中等待企业补充材料的工作日，只作展示，不扣除")


class SupplementShown(Shown):
    """Something asked for besides."""

    class Meta:
        model = SupplementRequest
        fields = ("id", "asked_on", "what", "answered_on", "answer")


class ApplicationOpened(ApplicationShown):
    """An application with its clock, supplements and open steps."""

    clock = serializers.SerializerMethodField(help_text="30 个工作日的计算，草稿为空，依据 FP 1.6.3、FP 2.2.1；D6、D7")
    supplements = SupplementShown(many=True, help_text="补充材料要求")
    open_steps = serializers.SerializerMethodField(
        help_text="当前状态下本机构可办理的步骤；地址中下划线写作连字符，如 begin_review 为 begin-review"
    )

    def get_clock(self, application: Application) -> Any:
        """Return the clock as it stands today."""
        clock = approval_clock(application, on=self.context["today"], calendar=working_calendar())
        return ClockShown(clock).data if clock is not None else None

    get_clock.__annotations__ = {"return": ClockShown(allow_null=True)}

    def get_open_steps(self, application: Application) -> list[str]:
        """Return the names of the steps."""
        return [row.name for row in available_transitions(application, self.context["actor"])]

    class Meta(ApplicationShown.Meta):
        fields = (*ApplicationShown.Meta.fields, "clock", "supplements", "open_steps")  # type: ignore[assignment]


class DraftBody(Asked):
    """What an application asks for."""

    security = serializers.ChoiceField(Security.choices, help_text="担保方式：credit 信用，secured 有担保，依据 D36")
    amount_requested = AskedMoney(help_text="申请金额，元")
    term_months = AskedCount(min_value=1, max_value=120, help_text="期限，月；不超过 60，依据 FP 1.4.1")
    purpose = AskedText(max_length=200, help_text="贷款用途")
    other_technology_credit = AskedFlag(required=False, default=False, help_text="同一贷款是否已享受其他科技信贷扶持，依据 FP 3.2")
    bank_reference = AskedReference(max_length=64, required=False, help_text="本行业务编号")


class DraftAsked(DraftBody):
    """A new application to the calling bank."""

    example = {
        "entry_id": ENTRY,
        "mode": "special",
        "category": "fixed_asset",
        "security": "secured",
        "amount_requested": "10000000.00",
        "term_months": 60,
        "purpose": "购置智能化生产线",
        "bank_reference": "SQ2024000031",
    }
    entry_id = AskedId(help_text="白名单条目标识")
    mode = serializers.ChoiceField(Mode.choices, help_text="出资模式：special 专项贷款，trust 信托服务，依据 FP 1.3")
    category = serializers.ChoiceField(Category.choices, help_text="贷款类别：fixed_asset、working_capital、rd，依据 FP 1.2")


class ReviseAsked(DraftBody):
    """What changes in a draft; what is not named stays."""

    example = {"amount_requested": "9000000.00"}

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, none of them required and none with a default."""
        fields = super().get_fields()
        fields.pop("bank_reference")
        for field in fields.values():
            field.required, field.default = False, serializers.empty
        return fields
