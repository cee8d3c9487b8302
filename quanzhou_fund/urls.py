"""Every address of the product."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from parties.views import handover
from portal.front import favicon, robots
from portal.public.views import home
from quanzhou_fund.health import healthz, readyz

urlpatterns = [
    path("", home, name="front"),
    path("", include("portal.public.urls")),
    path("favicon.ico", favicon),
    path("robots.txt", robots),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("handover/<str:token>/", handover, name="handover"),
    path("documents/", include("documents.urls")),
    path("account/", include("logins.urls")),
    path("portal/", include("portal.urls")),
    path("help/", include("handbook.urls")),
    path("api/", include("api.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]

handler500 = "quanzhou_fund.outages.failure"
