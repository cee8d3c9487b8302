"""Addresses under ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from api.description import DescriptionView, DocsView
from api.v1.applications import ApplicationView, IntentView
from api.v1.calculators import calculator_urls
from api.v1.directory import CallerView, InstitutionView, ReturnRateView
from api.v1.events import EventView, WebhookView
from api.v1.loans import LoanView, MovementView, QuotaView, UseCheckView
from api.v1.papers import ApplicationPaperView, BadDebtPaperView, ClaimPaperView
from api.v1.response_rates import ResponseCaseView, ResponseRateView
from api.v1.risk.claims import ClaimView, CompensationView, ReapplicationView
from api.v1.risk.classes import BadDebtView, ClassificationView, SuggestionView
from api.v1.risk.diligence import ExemptionView, PackView
from api.v1.risk.radar import BreakerChangeView, RadarView
from api.v1.risk.recoveries import AverageFeeView, EnhancementFeeView, FeeRateView, GuaranteeFeeView, RecoveryView, ReturnView
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
router.register("applications/<uuid:application_id>/papers", ApplicationPaperView, basename="paper")
router.register("applications", ApplicationView, basename="application")
router.register("loans", LoanView, basename="loan")
router.register("movements", MovementView, basename="movement")
router.register("use-checks", UseCheckView, basename="use-check")
router.register("quotas", QuotaView, basename="quota")
router.register("classifications", ClassificationView, basename="classification")
router.register("classification-suggestions", SuggestionView, basename="classification-suggestion")
router.register("bad-debts/<uuid:bad_debt_id>/papers", BadDebtPaperView, basename="bad-debt-paper")
router.register("bad-debts", BadDebtView, basename="bad-debt")
router.register("claims/<uuid:claim_id>/papers", ClaimPaperView, basename="claim-paper")
router.register("claims", ClaimView, basename="claim")
router.register("compensations", CompensationView, basename="compensation")
router.register("reapplications", ReapplicationView, basename="reapplication")
router.register("recoveries", RecoveryView, basename="recovery")
router.register("returns", ReturnView, basename="return")
router.register("guarantee-fees", GuaranteeFeeView, basename="guarantee-fee")
router.register("guarantee-fee-averages", AverageFeeView, basename="guarantee-fee-average")
router.register("enhancement-fees", EnhancementFeeView, basename="enhancement-fee")
router.register("enhancement-fee-rates", FeeRateView, basename="enhancement-fee-rate")
router.register("exemptions", ExemptionView, basename="exemption")
router.register("evidence-packs", PackView, basename="evidence-pack")
router.register("radar", RadarView, basename="radar")
router.register("breaker-changes", BreakerChangeView, basename="breaker-change")
router.register("response-rates/cases", ResponseCaseView, basename="response-case")
router.register("response-rates", ResponseRateView, basename="response-rate")
router.register("uploads", UploadView, basename="upload")
router.register("settlements", SettlementView, basename="settlement")
router.register("events", EventView, basename="event")
router.register("webhooks", WebhookView, basename="webhook")
router.register("notices", NoticeView, basename="notice")
router.register("clauses", ClauseView, basename="clause")
router.register("decisions", DecisionView, basename="decision")
router.register("policy-versions", VersionView, basename="policy-version")
router.register("me", CallerView, basename="me")
router.register("institutions", InstitutionView, basename="institution")
router.register("return-rates", ReturnRateView, basename="return-rate")
router.register("calendar", CalendarView, basename="calendar")
router.register("codes", CodeView, basename="code")

urlpatterns = [
    path("oauth/token/", TokenView.as_view(), name="token"),
    path("oauth/revoke/", RevokeView.as_view(), name="revoke"),
    *router.urls,
    *calculator_urls(),
    path("schema/", DescriptionView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
]
