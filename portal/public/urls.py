"""The addresses of the public's pages."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from portal.public import check_views, day_views, list_views, views

app_name = "public"
urlpatterns = [
    path("check/", check_views.check, name="check"),
    path("whitelist/", list_views.whitelist, name="whitelist"),
    path("batches/", list_views.batches, name="batches"),
    path("notices/", views.notices, name="notices"),
    path("working-days/", day_views.working_days, name="working-days"),
    path("feed.xml", list_views.BatchFeed(), name="feed-rss"),
    path("feed.json", list_views.json_feed, name="feed-json"),
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": list_views.PublicSitemap}}, name="sitemap"),
    path("faq/", views.faq, name="faq"),
    path("contacts/", views.contact, name="contacts"),
    path("basis/", views.basis, name="basis"),
]
