"""
Programs on screen: clients with their secrets, subscriptions and uploads.

The OAuth server's own pages are not shown (the site shows pages of our own kind only): tokens are nobody's business.
"""

from api.admin import clients
from api.admin.clients import VERBS
from common.admin.extension_points import EXTENSION_POINTS

EXTENSION_POINTS.verbs |= VERBS

__all__ = ["clients"]
