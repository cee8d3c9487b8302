"""The sidebar: the pages a person may open, in the order of the work."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("白名单", (
        ("whitelist.entry", "fact_check"), ("whitelist.project", "factory"), ("whitelist.batch", "campaign"),
        ("whitelist.importfile", "upload_file"), ("whitelist.screening", "filter_alt"), ("whitelist.delivery", "outbox"),
    )),
    ("融资与贷款", (
        ("loans.intent", "handshake"), ("loans.application", "description"), ("loans.loan", "account_balance_wallet"),
        ("loans.proposal", "task_alt"), ("loans.movement", "swap_vert"), ("loans.useoffundscheck", "fact_check"),
        ("loans.guarantee", "verified_user"), ("loans.bankquota", "speed"),
    )),
    ("贴息结算", (
        ("subsidy.settlement", "receipt_long"), ("subsidy.payment", "payments"), ("subsidy.objection", "report"),
        ("subsidy.tender", "gavel"), ("subsidy.sealedbid", "lock"), ("subsidy.paperbid", "markunread_mailbox"),
        ("subsidy.ratedecision", "percent"),
        ("subsidy.reconciliation", "rule"), ("ledger.entry", "menu_book"), ("ledger.account", "account_tree"),
    )),
    ("风险分担", (
        ("risk.bankrisk", "radar"), ("risk.classificationsuggestion", "rule_folder"), ("risk.classification", "stacked_bar_chart"),
        ("risk.baddebt", "money_off"), ("risk.claim", "request_quote"), ("risk.claim/queue", "format_list_numbered"),
        ("risk.payment", "price_check"), ("risk.recovery", "assignment_return"), ("risk.return", "keyboard_return"),
        ("risk.reapplication", "replay"), ("risk.breakerchange", "electrical_services"), ("risk.enhancementfee", "savings"),
        ("risk.enhancementfeerate", "percent"), ("risk.guaranteefee", "verified_user"), ("risk.exemption", "balance"),
        ("risk.evidencepack", "inventory_2"), ("risk.diligencerules", "rule"),
    )),
    ("统计与考核", (
        ("reporting.responseyear", "leaderboard"), ("reporting.rateobjection", "feedback"), ("reporting.participationdecision", "gavel"),
    )),
    ("政策与期限", (
        ("policy.policyversion", "policy"), ("policy.clause", "article"), ("policy.decision", "live_help"),
        ("policy.confirmation", "verified"),
        ("policy.returnrate", "trending_up"), ("policy.calendarnotice", "calendar_month"), ("policy.noticeproposal", "edit_calendar"),
        ("policy.deadline", "timer"),
    )),
    ("参与各方", (
        ("parties.enterprise", "domain"), ("parties.institution", "apartment"), ("parties.member", "badge"), ("parties.rightschange",
        "admin_panel_settings"), ("parties.district", "map"),
        ("parties.taxhome", "home_pin"), ("parties.bankparticipation", "event_available"),
    )),
    ("银行接口", (("api.apiclient", "api"),)),
    ("记录", (
        ("parties.correction", "edit_note"), ("notices.notice", "notifications"),
        ("documents.document", "folder"), ("audit.event", "history"),
    )),
)  # fmt: skip


VIEWS = {"risk.claim/queue": ("支付队列", "admin:risk_claim_queue")}  # views beside a list, under the list's label


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sections of the sidebar, without pages the person may not open."""
    pages = {model._meta.label_lower: page for model, page in admin.site._registry.items()}
    first = [
        {"title": "工作台", "icon": "dashboard", "link": reverse("admin:index")},
        {"title": "政策试算", "icon": "calculate", "link": reverse("admin:calculators")},
    ]
    sections = [{"title": "", "separator": False, "items": first}]
    for title, labels in SECTIONS:
        items = [item for label, icon in labels if (item := _item(request, pages.get(label.split("/")[0]), label, icon)) is not None]
        if items:
            sections.append({"title": title, "separator": True, "collapsible": False, "items": items})
    return sections


def _item(request: HttpRequest, page: Any, label: str, icon: str) -> dict[str, Any] | None:
    if page is None or not page.has_view_permission(request):
        return None
    if label in VIEWS:
        title, route = VIEWS[label]
        return {"title": title, "icon": icon, "link": reverse(route)}
    meta = page.model._meta
    link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    shown = {"title": str(meta.verbose_name_plural), "icon": icon, "link": link}
    aside = [reverse(route) for other, (_, route) in VIEWS.items() if other.split("/")[0] == label]
    return shown | {"active": False} if request.path in aside else shown
