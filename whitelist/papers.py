"""
The papers an application needs before it can be submitted, as dated data. Kinds are the words people read.

To ask for one more, add its line, with the first day it is asked for. A line may ask each fact of ``FACTS``.
"""

from collections.abc import Callable, Mapping
from datetime import date

from documents.requirements import RequiredPaper, facts_named, papers_asked
from whitelist.enums import Route
from whitelist.models import Entry

APPLICATION_FORM = "白名单申请表"
BUSINESS_LICENCE = "营业执照"
PROJECT_FILING = "投资项目备案（核准）文件"
ENTERPRISE_CONSENT = "企业委托书"
IMPORTED_LIST = "导入名单"
FAULTS_MARKED = "导入名单核对结果"

_HANDED_IN = (Route.APPLICATION, Route.NEWLY_REGISTERED)

ENTRY_PAPERS = (
    RequiredPaper(code=APPLICATION_FORM, name=APPLICATION_FORM, clause="FP 1.6.1(1)", when={"route": _HANDED_IN}),
    RequiredPaper(code=BUSINESS_LICENCE, name=BUSINESS_LICENCE, clause="FP 1.6.1(1)", when={"route": _HANDED_IN}),
    RequiredPaper(code=PROJECT_FILING, name=PROJECT_FILING, clause="FP 1.6.1(1)", when={"route": (Route.APPLICATION,)}),
    RequiredPaper(code=ENTERPRISE_CONSENT, name=ENTERPRISE_CONSENT, clause="FP 1.6.1(1)", when={"behalf": ("county",)}),
)


FACTS: Mapping[str, Callable[[Entry, bool], str]] = {  # of the entry, and of whether the county submits on the enterprise's behalf
    "kind": lambda entry, on_behalf: entry.kind,  # whitelist.enums.EntryKind
    "route": lambda entry, on_behalf: entry.route,  # whitelist.enums.Route
    "behalf": lambda entry, on_behalf: "county" if on_behalf else "enterprise",
    "newly_registered": lambda entry, on_behalf: "yes" if entry.is_newly_registered else "no",
}


def required_papers(entry: Entry, *, on_behalf: bool, on: date) -> tuple[str, ...]:
    """Return the kinds of paper the entry's submission on a day needs. Source: FP 1.6.1(1); D7."""
    facts = {name: FACTS[name](entry, on_behalf) for name in facts_named(ENTRY_PAPERS)}
    return tuple(line.code for line in papers_asked(ENTRY_PAPERS, on=on, **facts))
