"""How the admin looks: names, colours; the sections of its sidebar are named by the admin site."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse

SITE_NAME = "泉州市技术创新基金"

# A sober blue; contrast of 600 and darker on white is at least 4.5 : 1.
BLUE = {
    "50": "#f2f6fb",
    "100": "#e1ebf5",
    "200": "#c8dbed",
    "300": "#a2c2e0",
    "400": "#74a1cf",
    "500": "#4d80b8",
    "600": "#2f669f",
    "700": "#245282",
    "800": "#20456c",
    "900": "#1f3b5b",
    "950": "#14263d",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_SUBHEADER": "业务管理",
    "SITE_SYMBOL": "account_balance",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"primary": BLUE},
    "THEME": "light",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("backoffice/favicon.svg")}],
    "STYLES": [lambda request: static("backoffice/backoffice.css")],
    "SCRIPTS": [
        lambda request: static("backoffice/amounts.js"),
        lambda request: static("backoffice/texts.js"),
        lambda request: static("backoffice/outages.js"),
        lambda request: static("common/kept.js"),
    ],
    "ACCOUNT": {"navigation": [{"title": "账号安全", "link": lambda request: reverse("account:home")}]},
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "quanzhou_fund.backoffice.navigation.sidebar"},
}
