"""
The description of the interface as it is handed out: written once per release, known by its ETag, asked for at a bounded rate.

Writing it takes seconds, and it is the same for everybody as long as the code is. ``describe_api`` writes it while an image is built;
where nobody did, the web server's first process writes it before it makes workers of itself (``gunicorn.conf.py``): no request does.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.queries import Query, StrictQuery
from api.throttles import AddressThrottle

RENDERERS = {"json": OpenApiJsonRenderer, "yaml": OpenApiYamlRenderer}
_written: dict[str, "Description"] = {}
_writing = Lock()


@dataclass(frozen=True, slots=True)
class Description:
    """The description in one format."""

    content: bytes
    etag: str


def write_description(form: str) -> bytes:
    """Return the description, written anew; ``form`` is ``json`` or ``yaml``."""
    content: Any = RENDERERS[form]().render(SchemaGenerator().get_schema(request=None, public=True), renderer_context={})
    return bytes(content)


def description(form: str) -> Description:
    """
    Return the description of this release: from the file the image was built with, else written once by this process.

    A server whose processes did not go through ``prepare_descriptions`` (of tests, of a developer) writes it here.
    """
    with _writing:
        if form not in _written:
            content = _from_file(form) or write_description(form)
            _written[form] = Description(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
        return _written[form]


def prepare_descriptions() -> None:
    """Have the description in every format before the first request asks for it; processes forked from this one have it, too."""
    for form in RENDERERS:
        description(form)


def description_file(folder: Path, form: str) -> Path:
    """Return where ``describe_api`` writes a format."""
    return folder / f"schema.{form}"


def _from_file(form: str) -> bytes | None:
    folder: Path | None = settings.API_DESCRIPTION_ROOT
    try:
        return description_file(folder, form).read_bytes() if folder is not None else None
    except FileNotFoundError:
        return None


class DescriptionThrottle(AddressThrottle):
    """The rate at which one address may ask for the description, which needs no login."""

    scope = "description"


class RefusedInJson(StrictQuery):
    """A view whose refusals are problem documents, whatever it answers in."""

    def handle_exception(self, exc: Exception) -> Response:
        """Return the refusal."""
        self.request.accepted_renderer = JSONRenderer()  # type: ignore[attr-defined]
        answered: Response = super().handle_exception(exc)  # type: ignore[misc]
        return answered


class DescriptionView(RefusedInJson, SpectacularAPIView):
    """The description in the format asked for."""

    throttle_classes = (DescriptionThrottle,)

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: object, **kwargs: object) -> HttpResponseBase:
        """Return it, or 304 to who has it."""
        chosen = request.accepted_renderer
        found = description(chosen.format)
        headers = {"ETag": found.etag, "Cache-Control": "public, no-cache", "Vary": "Accept"}
        answer = HttpResponse(found.content, content_type=chosen.media_type, headers=headers)
        return get_conditional_response(request, etag=found.etag, response=answer) or answer


class DocsView(RefusedInJson, SpectacularSwaggerSplitView):
    """The description for people."""

    throttle_classes = (DescriptionThrottle,)
    url_name = "v1:schema"

    def known_query(self) -> Query:
        """Return what the page asks for its own script by."""
        return Query(frozenset({"script"}))
