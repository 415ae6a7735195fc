"""The admin's look. The sidebar's groups follow jobs, not apps."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

_GROUPS = (
    (
        "Campaigns",
        (("campaigns.Campaign", "Campaigns", "campaign"), ("campaigns.ValueList", "Zip lists", "pin_drop")),
    ),
    (
        "Sources",
        (
            ("sources.Source", "Sources", "input"),
            ("sources.Terms", "Terms", "handshake"),
            ("sources.Block", "Blocks", "block"),
        ),
    ),
    (
        "Buyers",
        (
            ("buyers.Buyer", "Buyers", "storefront"),
            ("buyers.LeadOrder", "Lead orders", "receipt_long"),
            ("buyers.Endpoint", "Endpoints", "cable"),
        ),
    ),
    (
        "Leads",
        (
            ("leads.Lead", "Leads", "person_search"),
            ("auctions.Ping", "Pings", "gavel"),
            ("intake.Refusal", "Refused requests", "front_hand"),
        ),
    ),
    (
        "Delivery",
        (
            ("deliveries.StuckDelivery", "Waiting for you", "pan_tool"),
            ("deliveries.Delivery", "Deliveries", "send"),
            ("deliveries.Attempt", "Attempts", "sync_alt"),
            ("deliveries.DriftItem", "Changed answers", "difference"),
            ("deliveries.Redelivery", "Sent again", "replay"),
            ("deliveries.StoredLead", "Stored leads", "inventory_2"),
            ("deliveries.DropFile", "Files", "upload_file"),
            ("deliveries.LeadCopy", "Copies", "content_copy"),
        ),
    ),
    ("People", (("companies.Member", "Members", "group"), ("companies.User", "Accounts", "manage_accounts"))),
    (
        "Settings",
        (
            ("companies.Company", "Companies", "apartment"),
            ("publishing.Version", "Versions", "history"),
            ("companies.AuditEvent", "Changes", "fact_check"),
        ),
    ),
)


_SEARCHED = [
    "campaigns.Campaign",
    "campaigns.ValueList",
    "sources.Source",
    "sources.Terms",
    "buyers.Buyer",
    "buyers.LeadOrder",
    "buyers.Endpoint",
]
"""What the search box finds beside pages: things of the set-up, by name; never people or leads."""


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups with the pages that exist and that this person may see."""
    start = {"title": "Overview", "icon": "monitoring", "link": reverse("admin:index")}
    groups = [{"items": [start]}]
    for title, entries in _GROUPS:
        items = [item for entry in entries if (item := _item(request, *entry))]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def _item(request: HttpRequest, label: str, title: str, icon: str) -> dict[str, Any] | None:
    try:
        model = apps.get_model(label)
    except LookupError:
        return None
    model_admin = admin.site.get_model_admin(model) if admin.site.is_registered(model) else None
    if model_admin is None or not model_admin.has_module_permission(request):
        return None
    link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return {"title": title, "icon": icon, "link": link}


def stylesheet(request: HttpRequest) -> str:
    """Our own furniture beside the theme's."""
    return static("sluice/admin/admin.css")


def icon(request: HttpRequest) -> str:
    """The mark in the browser's tab."""
    return static("sluice/icon.svg")


def boxes_script(request: HttpRequest) -> str:
    """All and none for checkboxes in columns."""
    return static("sluice/admin/boxes.js")


def expression_script(request: HttpRequest) -> str:
    """The expression builder."""
    return static("sluice/admin/expression.js")


def copy_script(request: HttpRequest) -> str:
    """Buttons that copy a text."""
    return static("sluice/admin/copy.js")


def mapping_script(request: HttpRequest) -> str:
    """Shows of a mapping or response rule only the inputs that its kind reads."""
    return static("sluice/admin/kinds.js")


def spares_script(request: HttpRequest) -> str:
    """Shows the empty rows of an input one by one."""
    return static("sluice/admin/spares.js")


UNFOLD_SETTINGS = {
    "DASHBOARD_CALLBACK": "apps.monitoring.views.overview.dashboard",
    "SITE_SYMBOL": "water_lux",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .013 200)",
            "100": "oklch(94.5% .026 200)",
            "200": "oklch(89% .05 200)",
            "300": "oklch(81% .08 205)",
            "400": "oklch(70% .1 210)",
            "500": "oklch(60% .11 215)",
            "600": "oklch(51% .1 220)",
            "700": "oklch(44% .09 222)",
            "800": "oklch(38% .075 224)",
            "900": "oklch(33% .06 226)",
            "950": "oklch(25% .05 228)",
        },
    },
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": icon}],
    "STYLES": [stylesheet],
    "SCRIPTS": [boxes_script, copy_script, expression_script, mapping_script, spares_script],
    "COMMAND": {"search_models": _SEARCHED, "show_history": False},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": sidebar,
    },
}
