"""The addresses of the public's pages."""

from django.urls import path

from portal.public import views

app_name = "public"
urlpatterns = [
    path("faq/", views.faq, name="faq"),
    path("basis/", views.basis, name="basis"),
]
