"""The back office shows none of the OAuth server's own pages: clients are opened by a service, tokens are nobody's business."""

from django.contrib import admin
from oauth2_provider.models import AccessToken, Application, Grant, IDToken, RefreshToken

from common.admin import SEAMS

SEAMS.verbs |= {"upload.taken": "接收批量文件"}

for model in (AccessToken, Application, Grant, IDToken, RefreshToken):
    admin.site.unregister(model)
