"""The papers an application needs before it can be submitted, as dated data. Kinds are the words people read."""

from datetime import date

from documents.requirements import RequiredPaper, papers_asked
from whitelist.enums import Route

APPLICATION_FORM = "白名单申请表"
BUSINESS_LICENCE = "营业执照"
PROJECT_FILING = "投资项目备案（核准）文件"
ENTERPRISE_CONSENT = "企业委托书"
IMPORTED_LIST = "导入名单"

_HANDED_IN = (Route.APPLICATION, Route.NEWLY_REGISTERED)

ENTRY_PAPERS = (
    RequiredPaper(code=APPLICATION_FORM, name=APPLICATION_FORM, clause="FP 1.6.1(1)", when={"route": _HANDED_IN}),
    RequiredPaper(code=BUSINESS_LICENCE, name=BUSINESS_LICENCE, clause="FP 1.6.1(1)", when={"route": _HANDED_IN}),
    RequiredPaper(code=PROJECT_FILING, name=PROJECT_FILING, clause="FP 1.6.1(1)", when={"route": (Route.APPLICATION,)}),
    RequiredPaper(code=ENTERPRISE_CONSENT, name=ENTERPRISE_CONSENT, clause="FP 1.6.1(1)", when={"behalf": ("county",)}),
)


def required_papers(route: str, *, on_behalf: bool, on: date) -> tuple[str, ...]:
    """
    Return the kinds of paper a submission by this route on a day needs; one more when the county submits on the enterprise's behalf.

    Source: FP 1.6.1(1); D7.
    """
    return tuple(line.code for line in papers_asked(ENTRY_PAPERS, on=on, route=route, behalf="county" if on_behalf else "enterprise"))
