"""The questions of 我能不能申请: how each is put, read, and told to the calculators; what is not known yet in every way it may be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from common.admin.forms import DayInput, MoneyInput
from common.dates import FOUNDED
from common.money import ZERO as NOTHING
from portal.public.industries import INDUSTRIES
from whitelist.enums import ProjectType

UNSURE, YES, NO = "unsure", "yes", "no"
SAYS_UNSURE = "不确定"
Told = tuple[Mapping[str, Any], ...]  # what a calculator may be sent for an answer: one mapping, or one for every way it may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question on one page. ``told`` turns an answer into what calculators are sent; ``unsure`` are all the ways it may be."""

    name: str
    asks: str
    short: str  # as the list of answers calls it
    hint: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    make: Callable[..., forms.Field] = forms.ChoiceField
    told: Callable[[Any], Mapping[str, Any]] = field(default=lambda value: {})
    unsure: Told = ()
    is_money: bool = False
    is_list: bool = False  # a list to choose from where buttons would be too many

    def form_field(self) -> forms.Field:
        """Return the field that reads the answer, its faults said in a sentence."""
        if self.choices:
            lost = f"请选择“{self.short}”。"
            choices = [*self.choices, (UNSURE, SAYS_UNSURE)] if self.unsure else list(self.choices)
            return forms.ChoiceField(choices=choices, error_messages={"required": lost, "invalid_choice": lost})
        return self.make(error_messages={"required": f"请填写“{self.short}”。"})

    def shown(self, value: Any) -> str:
        """Return an answer as the list of answers says it."""
        if value == UNSURE:
            return "还不知道" if not self.choices else SAYS_UNSURE
        return _labels(self.choices).get(value, "") or str(value)


def _labels(choices: tuple[tuple[str, Any], ...]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for value, label in choices:
        flat |= _labels(label) if isinstance(label, tuple) else {value: label}
    return flat


def _money(**options: Any) -> forms.Field:
    return MoneyInput(min_value=NOTHING, **options)


def _day(**options: Any) -> forms.Field:
    return DayInput(days=FOUNDED, **options)


def _flag(name: str) -> dict[str, Any]:
    """Return how a question of yes and no is told."""
    return {
        "choices": ((YES, "是"), (NO, "否")),
        "told": lambda value: {name: value == YES},
        "unsure": ({name: True}, {name: False}),
    }


def _kind(value: str) -> Mapping[str, Any]:
    """Return what a project is as the calculator asks it."""
    types = {ProjectType.TECHNICAL_UPGRADE.value, ProjectType.EXPANSION.value}
    return {
        "project_type": value if value in types else ProjectType.OTHER.value,
        "is_key_project": value == "key",
        "is_named_by_city": value == "named",
    }


def _honour(value: str) -> Mapping[str, Any]:
    return {"is_little_giant": value == "giant", "is_municipal_key": value == "municipal"}


PROJECT, RD = "project", "rd"
PURPOSE = Question(
    name="for",
    asks="这笔钱打算用来做什么？",
    short="用途",
    choices=((PROJECT, "投资一个项目：买设备、建厂房、技术改造、扩大产能"), (RD, "投入研发：研发人员、材料、试验、委托研发")),
)
INDUSTRY = Question(
    name="industry",
    asks="贵公司属于哪个行业？",
    short="行业",
    hint="按营业执照和统计登记的主营行业选择，名称取自《国民经济行业分类》。",
    choices=tuple((group, lines) for group, lines in INDUSTRIES),
    told=lambda value: {"industry_code": value},
    unsure=({"industry_code": "C13"}, {"industry_code": "F51"}),
    is_list=True,
)
CITY = Question(
    name="city", asks="贵公司在泉州市注册吗？", short="在泉州市注册", hint="看营业执照上的住所和登记机关。", **_flag("registered_in_city")
)
KIND = Question(
    name="kind",
    asks="这个项目属于哪一种？",
    short="项目类型",
    hint="以项目备案（核准）文件为准。",
    choices=(
        (ProjectType.TECHNICAL_UPGRADE.value, "技术改造项目"),
        (ProjectType.EXPANSION.value, "增资扩产项目"),
        ("key", "省、市重大重点工业投资项目"),
        ("named", "市政府确定的其他项目"),
        ("none", "都不是"),
    ),
    told=_kind,
    unsure=(_kind(ProjectType.TECHNICAL_UPGRADE.value), _kind("none")),
)
UPGRADE = Question(
    name="upgrade",
    asks="这个项目已经享受技改贴息了吗？",
    short="已享受技改贴息",
    hint="指同一个项目的技术改造贷款贴息。",
    **_flag("holds_technical_upgrade_subsidy"),
)
INVESTMENT = Question(
    name="investment",
    asks="项目总投资是多少元？",
    short="项目总投资",
    hint="按备案（核准）文件填写，单位为元；还没有定的，填估算数。",
    make=_money,
    is_money=True,
    told=lambda value: {"total_investment": value},
)
HONOUR = Question(
    name="honour",
    asks="贵公司有下面的称号吗？",
    short="企业称号",
    choices=(("giant", "国家级专精特新“小巨人”企业"), ("municipal", "泉州市重点工业企业"), ("none", "都没有")),
    told=_honour,
    unsure=(_honour("giant"), _honour("none")),
)
REGISTERED = Question(
    name="registered",
    asks="贵公司是哪一天注册成立的？",
    short="成立日期",
    hint="看营业执照上的“成立日期”。",
    make=_day,
    told=lambda value: {"registered_on": value},
)
EXPENSE = Question(
    name="expense",
    asks="上一年度的研发费用是多少元？",
    short="上年度研发费用",
    hint="按企业所得税汇算清缴申报的研发费用填写，单位为元；没有的填0。",
    make=_money,
    is_money=True,
    told=lambda value: {"last_year_rd_expense": value},
    unsure=({"last_year_rd_expense": "0.00"}, {"last_year_rd_expense": "9999999999999999.00"}),
)
CAPITAL = Question(
    name="capital",
    asks="注册资本是多少元？",
    short="注册资本",
    hint="看营业执照，单位为元；贵公司按新注册企业办理，看注册资本，不看研发费用。",
    make=_money,
    is_money=True,
    told=lambda value: {"registered_capital": value},
)
CREDIT = Question(
    name="credit",
    asks="这笔研发融资已经享受其他科技信贷扶持了吗？",
    short="已享受其他科技信贷扶持",
    hint="如科技贷风险补偿、专利质押贷款贴息等；研发费用补助不算。",
    **_flag("other_technology_credit"),
)
QUESTIONS = (PURPOSE, INDUSTRY, CITY, KIND, UPGRADE, INVESTMENT, HONOUR, REGISTERED, EXPENSE, CAPITAL, CREDIT)
