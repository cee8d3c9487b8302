"""The addresses of the public's pages."""

from django.urls import path

from portal.public import check_views, views

app_name = "public"
urlpatterns = [
    path("check/", check_views.check, name="check"),
    path("faq/", views.faq, name="faq"),
    path("basis/", views.basis, name="basis"),
]
