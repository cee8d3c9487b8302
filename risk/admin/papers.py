"""The papers a claim needs, as a list with what is there and what is missing."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate

from common.admin.display_values import Badge, Hash, Link, joined
from common.admin.extension_points import acting_member
from common.admin.panels import Row, Table
from documents.selectors import documents_of
from risk.claims.rules.sharing import clause_of
from risk.claims.selectors.papers import required_papers
from risk.enums import ClaimPaper
from risk.models import BadDebt

HEADS = ("应备材料", "情况", "文件", "SHA-256", "上传单位", "上传时间")


def checklist(request: HttpRequest, bad_debt: BadDebt) -> Table:
    """Return the papers required, each with its files or as missing; they lie with the bad debt."""
    found: dict[str, list[Any]] = {}
    for document in documents_of(bad_debt).select_related("uploaded_by__institution"):
        found.setdefault(document.kind, []).append(document)
    wanted = required_papers(bad_debt, on=localdate())
    rows = [_row(kind, found.get(kind.value, [])) for kind in wanted]
    missing = [kind.label for kind in wanted if kind.value not in found]
    note = f"尚缺{len(missing)}项：{'、'.join(missing)}。" if missing else "材料齐备。"
    member = acting_member(request)
    more = ("上传材料", reverse("admin:documents_document_attach", args=["risk.baddebt", bad_debt.public_id]))
    clause = clause_of(mode=bad_debt.loan.mode, category=bad_debt.loan.category)
    may_add = member is not None and member.institution_id == bad_debt.bank_id
    return Table(title="补偿材料清单", heads=HEADS, rows=rows, note=note, more=more if may_add else None, clause=clause)


def _row(kind: ClaimPaper, documents: list[Any]) -> Row:
    if not documents:
        return Row(cells=(kind.label, Badge("缺少", "bad"), None, None, None, None))
    links = joined(Link(one.filename, reverse("document-download", args=[one.public_id])) for one in documents)
    hashes = joined(Hash(one.sha256) for one in documents)
    last = documents[-1]
    return Row(cells=(kind.label, Badge("已上传", "good"), links, hashes, str(last.uploaded_by.party), last.uploaded_at))
