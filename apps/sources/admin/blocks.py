"""Blocks: values refused at once, for the whole company, a campaign, or one source's terms."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.companies.admin.base import CompanyAdmin, CompanyFilter, Role
from apps.sources.admin.forms import BlockForm
from apps.sources.models import Block
from apps.sources.services import block_remove


@admin.register(Block)
class BlockAdmin(CompanyAdmin):
    """Added and removed by operators; never changed."""

    form = BlockForm
    edit_role = Role.OPERATOR
    recorded_by_services = frozenset({"added", "deleted"})
    list_display = ("value_shown", "kind", "where", "note", "expires_at", "created_by", "company")
    list_filter = ("kind", ("campaign", CompanyFilter), ("company", CompanyFilter))
    search_fields = ("hint", "note", "pattern")
    ordering = ("-created_at",)
    list_select_related = ("company", "campaign", "terms__source", "terms__campaign", "created_by")
    empty_text = (
        "A block refuses a phone, an e-mail address, a sub id, an affiliate id or an IP network from the next lead on. "
        "Nothing has to be published."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        if obj is not None:
            fields = ("value_shown", "kind", "where", "note", "expires_at", "created_by", "created_at")
            return [(None, {"fields": fields})]
        return [
            ("What is refused", {"fields": ("company", "kind", "value")}),
            (
                "Where",
                {
                    "fields": ("campaign", "terms"),
                    "description": "Leave both empty to block it for the whole company.",
                },
            ),
            ("For how long, and why", {"fields": ("expires_at", "note")}),
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Block, form: BlockForm, change: bool) -> None:
        kept = form.stored(by=request.user)
        obj.pk, obj.hint, obj.pattern = kept.pk, kept.hint, kept.pattern

    def delete_model(self, request: HttpRequest, obj: Block) -> None:
        block_remove(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for block in queryset:
            block_remove(block, by=request.user)

    @display(description="Value", ordering="hint")
    def value_shown(self, block: Block) -> str:
        return block.hint or block.pattern

    @display(description="Where")
    def where(self, block: Block) -> str:
        return str(block.terms or block.campaign or "the whole company")
