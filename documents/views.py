"""The door to a document's bytes."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.timezone import localdate, now
from django.views.decorators.http import require_safe

from common.errors import NotVisible
from documents.services import open_document
from parties.selectors import current_member


@require_safe
@login_required
def download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Stream the document as a download, if the case is the caller's to see; 404 otherwise."""
    at = now()
    actor = current_member(request.user, on=localdate(at)) if request.user.is_authenticated else None
    if actor is None or actor.is_administrator:
        raise Http404
    try:
        opened = open_document(document_id=public_id, actor=actor, at=at)
    except NotVisible as problem:
        raise Http404(problem.message) from problem
    response = FileResponse(
        opened.content, as_attachment=True, filename=opened.document.filename, content_type=opened.document.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
