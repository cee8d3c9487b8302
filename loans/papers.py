"""
The papers of a financing application, as dated data: to ask for one more, add its line, with the first day it is asked for.

A line may ask each fact of ``services.submission.FACTS``.
"""

from common.enums import Category
from documents.requirements import RequiredPaper

BY_ANOTHER = {"submitted_for": ("bank", "county")}  # handed in for the enterprise, not by it
APPLICATION_PAPERS = (
    RequiredPaper(code="financing_request", name="融资申请书", clause="FP 1.6.2(1)"),
    RequiredPaper(code="financial_statements", name="近期财务报表", clause="FP 1.6.2(1)"),
    RequiredPaper(
        code="project_filing",
        name="项目备案或核准文件",
        clause="FP 1.6.2(1)",
        when={"category": tuple(category for category in Category if category != Category.RD)},
    ),
    RequiredPaper(code="rd_statement", name="研发投入情况说明", clause="FP 1.6.2(1)", when={"category": (Category.RD,)}),
    RequiredPaper(code="consent", name="企业委托代为提交的同意书", clause="FP 1.6.2(1)", when=BY_ANOTHER),
)
