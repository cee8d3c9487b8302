"""
The papers of a claim, as dated data: to ask for one more, add its line, with the first submission day it is asked for.

A line may ask each fact of ``claims.selectors.papers.FACTS``: ``when={"evidence_kind": ("court",)}``. Services, screens, interface and the
kinds of files that may be uploaded follow from the line.

R&D: when the claim is filed. Project: when the loss is proposed. They lie with the bad debt. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2).
"""

from common.enums import Category
from documents.requirements import RequiredPaper

_RD = {"category": (Category.RD,)}
_PROJECT = {"category": tuple(category for category in Category if category != Category.RD)}

CLAIM_PAPERS = (
    RequiredPaper(code="contract", name="借款合同", clause="FP 1.5"),
    RequiredPaper(code="drawdown_voucher", name="放款凭证", clause="FP 1.5"),
    RequiredPaper(code="use_of_funds", name="资金用途证明", clause="FP 1.5.2", when=_RD),
    RequiredPaper(code="collection_record", name="催收记录", clause="FP 1.5.2", when=_RD),
    RequiredPaper(code="classification", name="风险分类认定表", clause="FP 1.5.2", when=_RD),
    RequiredPaper(code="self_check", name="尽职调查自查表", clause="FP 1.5.2", when=_RD),
    RequiredPaper(code="recovery_record", name="追偿记录", clause="FP 1.5.1", when=_PROJECT),
    RequiredPaper(code="loss_evidence", name="法院或破产文书", clause="FP 1.5.1", when=_PROJECT),
)
