"""政策试算: each rule asked for an answer on its own."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def calculators_page(request: HttpRequest) -> HttpResponse:
    """Show the calculators."""
    return TemplateResponse(request, "case/calculators.html", admin.site.each_context(request) | {"title": "政策试算"})
