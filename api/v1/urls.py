"""Addresses under ``/api/v1/``."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from api.v1.applications import ApplicationView, IntentView
from api.v1.calculators import calculator_urls
from api.v1.events import EventView, WebhookView
from api.v1.loans import LoanView, MovementView, QuotaView, UseCheckView
from api.v1.papers import PaperView
from api.v1.risk import ClaimView, ClassificationView, RadarView
from api.v1.rulebook import CalendarView, ClauseView, CodeView, DecisionView, NoticeView, VersionView
from api.v1.settlements import SettlementView
from api.v1.tokens import RevokeView, TokenView
from api.v1.uploads import UploadView
from api.v1.whitelist import CollectView, DeliveryView, EntryView

app_name = "v1"
router = SimpleRouter(use_regex_path=False)
router.register("entries", EntryView, basename="entry")
router.register("deliveries/collections", CollectView, basename="collection")
router.register("deliveries", DeliveryView, basename="delivery")
router.register("intents", IntentView, basename="intent")
router.register("applications/<uuid:application_id>/papers", PaperView, basename="paper")
router.register("applications", ApplicationView, basename="application")
router.register("loans", LoanView, basename="loan")
router.register("movements", MovementView, basename="movement")
router.register("use-checks", UseCheckView, basename="use-check")
router.register("quotas", QuotaView, basename="quota")
router.register("classifications", ClassificationView, basename="classification")
router.register("radar", RadarView, basename="radar")
router.register("claims", ClaimView, basename="claim")
router.register("uploads", UploadView, basename="upload")
router.register("settlements", SettlementView, basename="settlement")
router.register("events", EventView, basename="event")
router.register("webhooks", WebhookView, basename="webhook")
router.register("notices", NoticeView, basename="notice")
router.register("clauses", ClauseView, basename="clause")
router.register("decisions", DecisionView, basename="decision")
router.register("policy-versions", VersionView, basename="policy-version")
router.register("calendar", CalendarView, basename="calendar")
router.register("codes", CodeView, basename="code")

urlpatterns = [
    *calculator_urls(),
    path("oauth/token/", TokenView.as_view(), name="token"),
    path("oauth/revoke/", RevokeView.as_view(), name="revoke"),
    *router.urls,
    path("schema/", SpectacularAPIView.as_view(throttle_classes=()), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="v1:schema", throttle_classes=()), name="docs"),
]
