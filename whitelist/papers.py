"""The papers an application needs before it can be submitted. Kinds are the words people read."""

from whitelist.enums import Route

APPLICATION_FORM = "白名单申请表"
BUSINESS_LICENCE = "营业执照"
PROJECT_FILING = "投资项目备案（核准）文件"
ENTERPRISE_CONSENT = "企业委托书"
IMPORTED_LIST = "导入名单"

_BY_ROUTE = {
    Route.APPLICATION: (APPLICATION_FORM, BUSINESS_LICENCE, PROJECT_FILING),
    Route.NEWLY_REGISTERED: (APPLICATION_FORM, BUSINESS_LICENCE),
}


def required_papers(route: str, *, on_behalf: bool) -> tuple[str, ...]:
    """
    Return the kinds of paper a submission by this route needs; one more when the county submits on the enterprise's behalf.

    Source: FP 1.6.1(1); D7.
    """
    papers = _BY_ROUTE.get(Route(route), ())
    return (*papers, ENTERPRISE_CONSENT) if on_behalf else papers
