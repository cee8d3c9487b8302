"""Programs and their secrets, epochs of the feed, answers kept for repeats, banks' own references, webhooks and uploads."""

from api.models.clients import ApiClient, ClientSecret
from api.models.feeds import FeedEpoch
from api.models.repeats import KeptAnswer, Reference
from api.models.uploads import Upload, UploadRow
from api.models.webhooks import Webhook, WebhookMessage

__all__ = ["ApiClient", "ClientSecret", "FeedEpoch", "KeptAnswer", "Reference", "Upload", "UploadRow", "Webhook", "WebhookMessage"]
