"""
The base of the admin in which the bureaus, banks, the fund manager and the guarantee company work.

Read-only but for its steps: lists and pages show what the acting member may see, a step is one call to a service.
"""

from common.admin.columns import Column
from common.admin.forms import (
    AskingForm,
    CodeInput,
    CountInput,
    DayInput,
    LongText,
    MomentInput,
    MoneyInput,
    PercentInput,
    ReasonForm,
    RemarkForm,
    StepForm,
    YesNo,
)
from common.admin.panels import Fact, Facts, Fragment, Row, Table, checks_table, fact, facts, table
from common.admin.seams import EVERY_CASE, SEAMS, acting_member, add_panel, add_steps, forget_acting_member
from common.admin.shown import (
    BLANK,
    Badge,
    Cited,
    Exact,
    Hash,
    Lines,
    Link,
    Money,
    Rate,
    Small,
    joined,
    link_to,
    list_of,
    page_of,
    tone_of,
    value_of,
)
from common.admin.steps import Do, Step, Who, by, states
from common.admin.visible import VisibleAdmin

__all__ = [
    "BLANK", "EVERY_CASE", "SEAMS", "AskingForm", "Badge", "Cited", "CodeInput", "Column", "CountInput",
    "DayInput", "Do", "Exact", "Fact", "Facts", "Fragment",
    "Hash", "Lines",
    "Link",
    "LongText", "MomentInput", "Money",
    "MoneyInput", "PercentInput", "Rate", "ReasonForm", "RemarkForm", "Row", "Small", "Step", "StepForm", "Table", "VisibleAdmin", "Who",
    "YesNo", "acting_member", "add_panel", "add_steps", "by", "checks_table", "fact", "facts", "forget_acting_member",
    "joined", "link_to", "list_of", "page_of",
    "states", "table", "tone_of", "value_of",
]  # fmt: skip
