"""All versions of all campaigns, to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from apps.companies.admin.base import CompanyAdmin, CompanyFilter
from apps.publishing.models import Version


@admin.register(Version)
class VersionAdmin(CompanyAdmin):
    """A version never changes; rolling back is on the campaign's own Versions page."""

    list_display = ("campaign", "number", "published_at", "published_by", "note")
    list_filter = (("campaign", CompanyFilter), "published_at")
    search_fields = ("campaign__name", "note")
    ordering = ("-published_at",)
    list_select_related = ("campaign", "published_by")
    fields = (
        "campaign",
        "number",
        "published_at",
        "published_by",
        "note",
        "rolled_back_to",
        "changes_told",
        "hash",
    )
    empty_text = "A version is what a campaign runs. Publish a campaign to make the first."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("content")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Changes")
    def changes_told(self, version: Version) -> str:
        rows = format_html_join("", "<li>{}</li>", ((sentence,) for sentence in version.changes))
        return format_html('<ul class="sl-list">{}</ul>', rows)
