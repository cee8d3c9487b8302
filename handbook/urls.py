"""The addresses of the help."""

from django.urls import path

from handbook import views

app_name = "help"
urlpatterns = [
    path("", views.index, name="index"),
    path("here/<str:page>/", views.here, name="here"),
    path("here/<str:page>/<str:step>/", views.here, name="here"),
    path("steps/<str:label>/", views.step, name="step"),
    path("<slug:slug>.pdf", views.pdf, name="pdf"),
    path("<slug:slug>/", views.handbook, name="handbook"),
]
