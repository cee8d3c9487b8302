"""
Programs on screen: clients with their secrets, subscriptions and uploads.

The OAuth server's own pages are not shown: clients are opened by a service, tokens are nobody's business.
"""

from django.contrib import admin
from oauth2_provider.models import AccessToken, Application, Grant, IDToken, RefreshToken

from api.admin import clients
from api.admin.clients import VERBS
from common.admin import SEAMS

SEAMS.verbs |= VERBS

for model in (AccessToken, Application, Grant, IDToken, RefreshToken):
    admin.site.unregister(model)

__all__ = ["clients"]
