"""Addresses under ``/api/v1/``."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from api.v1.calculators import calculator_urls

app_name = "v1"
urlpatterns = [
    *calculator_urls(),
    path("schema/", SpectacularAPIView.as_view(throttle_classes=()), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="v1:schema", throttle_classes=()), name="docs"),
]
