"""The address of a document."""

from django.urls import path

from documents.views import download

urlpatterns = [path("<uuid:public_id>/", download, name="document-download")]
