"""Fields of a campaign: a sortable table in the workspace, and a page for each with all it can say."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from apps.campaigns.admin.forms import FieldForm
from apps.campaigns.models import Field, FieldChoice
from apps.companies.admin.base import CompanyAdmin, CompanyFilter, CompanyTabular, change_url
from apps.engine.fields import FIELD_TYPES


class FieldInline(CompanyTabular):
    """The fields in their order; drag to sort. Everything else about a field is on its own page."""

    model = Field
    form = FieldForm
    fields = ("name", "label", "type", "role", "required", "is_personal", "example", "more", "position")
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = True
    readonly_fields = ("more",)
    verbose_name_plural = "Fields"

    @admin.display(description="")
    def more(self, field: Field) -> str:
        if field.pk is None:
            return ""
        return format_html(
            '<a class="sl-link" href="{}" title="Everything about {}">More</a>', change_url(field), field
        )


class ChoiceInline(CompanyTabular):
    """Accepted values of a choice field."""

    model = FieldChoice
    fields = ("value", "label", "synonyms", "position")
    ordering_field = "position"
    hide_ordering_field = True
    verbose_name = "accepted value"
    verbose_name_plural = "Accepted values"


@admin.register(Field)
class FieldAdmin(CompanyAdmin):
    """One field, complete. Reached from its campaign."""

    form = FieldForm
    owner_fields: ClassVar = ("campaign",)
    list_display = ("name", "campaign", "type_in_words", "required", "is_personal")
    list_filter = (("campaign", CompanyFilter), "type", "required")
    search_fields = ("name", "label")
    inlines = (ChoiceInline,)
    fieldsets = (
        ("What sources send", {"fields": ("campaign", "name", "type", "required", "required_on_ping")}),
        ("What they read about it", {"fields": ("label", "description", "example")}),
        ("What the platform knows it as", {"fields": ("role", "is_personal")}),
        (
            "Limits",
            {
                "fields": (("min_length", "max_length"), ("minimum", "maximum")),
                "description": "Lengths count characters of text; least and most are for numbers, amounts and ages.",
            },
        ),
    )

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list:
        takes_choices = obj is not None and (
            "choice" in obj.type or FieldChoice.objects.filter(field=obj).exists()
        )
        return [ChoiceInline] if takes_choices else []

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def response_post_save_change(self, request: HttpRequest, obj: Field) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:campaigns_campaign_fields", args=(obj.campaign_id,)))

    response_post_save_add = response_post_save_change

    @admin.display(description="Type", ordering="type")
    def type_in_words(self, field: models.Model) -> str:
        kind = FIELD_TYPES.get(field.type)
        return kind.label if kind else field.type
