"""The papers of a case, uploaded and opened through the case that owns them."""

from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from common.admin.display_values import Badge, Link, page_of
from common.admin.extension_points import EVERY_CASE, acting_member, add_panel
from common.admin.forms import ReasonForm, StepForm
from common.admin.panels import Row, Table
from common.admin.step_views import CaseStepView
from common.admin.steps import Step, StepContext, StepPermission
from common.admin.visible import VisibleAdmin
from documents.models import Document
from documents.registry import takes_papers_of
from documents.selectors import all_documents_of
from documents.services import attach_to_visible, withdraw
from parties.models import Member

OTHER_PAPER = ("其他材料", "其他材料")


class AttachForm(StepForm):
    """One paper to add."""

    kind = forms.ChoiceField(label="材料类别")
    file = forms.FileField(label="文件", help_text="PDF、OFD、JPG、PNG、DOCX、XLSX或CSV，不含宏。")

    def prepare(self) -> None:
        """Offer the kinds of papers the case knows."""
        page = admin.site._registry[type(self.obj)]
        kinds = [*getattr(page, "papers", ()), OTHER_PAPER]
        self.fields["kind"].choices = [("", "请选择"), *kinds]


def _attach(context: StepContext) -> Any:
    return attach_to_visible(
        owner_type=context.obj._meta.label_lower,
        owner_id=context.obj.public_id,
        kind=context.given["kind"],
        filename=context.given["file"].name,
        content=context.given["file"],
        actor=context.member,
        at=context.at,
    )


def _uploaded(document: Document) -> str:
    """Return what is said to who uploaded a paper; of one that lay there already, that nothing was added."""
    if not document.laid_before:
        return "材料已上传。"
    return f"该事项已有内容相同的材料“{document.filename}”（{timezone.localtime(document.uploaded_at):%Y-%m-%d %H:%M} 上传），未重复保存。"


ATTACH = Step(name="attach", label="上传材料", who=StepPermission(), form=AttachForm, run=_attach, done=_uploaded)
WITHDRAW = Step(
    name="withdraw",
    label="撤下材料",
    who=StepPermission(),
    form=ReasonForm,
    when=lambda document: document.withdrawn_at is None,
    run=lambda context: withdraw(document_id=context.obj.public_id, reason=context.given["reason"], actor=context.member, at=context.at),
    sentence="撤下后材料不再作为依据，文件和记录仍保留。只能由上传单位撤下。",
    tone="danger",
)


def documents_visible_to(member: Member) -> QuerySet[Document]:
    """Return the documents the member's own institution uploaded; others are reached through their case."""
    return Document.objects.filter(uploaded_by__institution=member.institution_id).select_related("uploaded_by__institution")


def papers(request: HttpRequest, case: Any) -> Table | None:
    """Return the papers of a case with the way to add one; ``None`` for what has no papers, or none for this person."""
    page, member = admin.site._registry.get(type(case)), acting_member(request)
    if not getattr(page, "papers", ()) or not takes_papers_of(case, member):
        return None
    labels = dict(page.papers)
    rows = [
        _row(document, labels) for document in all_documents_of(case).select_related("uploaded_by__institution", "uploaded_by__enterprise")
    ]
    more = ("上传材料", reverse("admin:documents_document_attach", args=[case._meta.label_lower, case.public_id]))
    return Table(
        title="材料",
        heads=("材料类别", "文件", "大小", "上传单位", "上传时间"),
        rows=rows,
        empty="暂无材料。",
        more=more if ATTACH.who.allows(member) else None,
    )


def _row(document: Document, labels: dict[str, str]) -> Row:
    name: Any = Link(document.filename, reverse("document-download", args=[document.public_id]))
    if document.withdrawn_at is not None:
        name = Badge(f"已撤下：{document.withdrawn_reason}", "warn")
    cells = (labels.get(document.kind, document.kind), name, _size(document.size), str(document.uploaded_by.party), document.uploaded_at)
    return Row(cells=cells)


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB" if count >= 1024 * 1024 else f"{max(count // 1024, 1)} KB"


add_panel(EVERY_CASE, papers, order=80)


@admin.register(Document)
class DocumentAdmin(VisibleAdmin):
    """What one's own institution uploaded."""

    visible_to = staticmethod(documents_visible_to)
    columns = ("filename", "kind", "uploaded_at", "sha256")
    shows = ("filename", "kind", "content_type", "size", "sha256", "uploaded_by", "uploaded_at", "withdrawn_at", "withdrawn_reason")
    search_fields = ("filename", "kind")
    date_hierarchy = "uploaded_at"
    ordering = ("-id",)
    steps = (WITHDRAW,)
    list_intro = "本单位上传的材料。其他单位的材料在所属事项页面中查阅。"

    def get_urls(self) -> list[URLPattern]:
        """Add the address where a paper is uploaded to a case."""
        view = self.admin_site.admin_view(self.attach_view)
        return [path("attach/<str:label>/<uuid:owner_id>/", view, name="documents_document_attach"), *super().get_urls()]

    def attach_view(self, request: HttpRequest, label: str, owner_id: UUID) -> HttpResponse:
        """Ask for a paper, and add it to the case."""
        try:
            page = self.admin_site._registry[apps.get_model(label)]
        except (KeyError, LookupError, ValueError) as unknown:
            raise Http404 from unknown
        if not isinstance(page, VisibleAdmin) or not page.papers:
            raise Http404
        case = page.get_queryset(request).filter(public_id=owner_id).first()
        if case is None or not takes_papers_of(case, acting_member(request)):
            raise Http404
        answer = CaseStepView(page, ATTACH).answer(request, case)
        return redirect(page_of(case)) if answer.status_code == 302 else answer
