"""Addresses under ``/api/``; what is none of them gets a problem document."""

from django.urls import include, path, re_path

from api.problems import NothingHere

urlpatterns = [
    path("v1/", include("api.v1.urls", namespace="v1")),
    re_path(r"^", NothingHere.as_view()),
]
