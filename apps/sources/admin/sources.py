"""Sources, each with the campaigns it is on."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from apps.companies.admin.base import CompanyAdmin, CompanyFilter
from apps.companies.admin.switch import SwitchMixin
from apps.sources.models import Source


@admin.register(Source)
class SourceAdmin(SwitchMixin, CompanyAdmin):
    """Somebody who sends leads."""

    list_display = ("name", "number_shown", "state", "campaigns", "company")
    list_filter = ("is_active", ("terms__campaign", CompanyFilter), ("company", CompanyFilter))
    search_fields = ("name", "contact_email")
    ordering = ("name",)
    continue_after_add = True
    change_form_template = "sources/admin/source_form.html"
    empty_text = (
        "A source sends leads. Add one, put it on a campaign, and send its developer the link to their posting "
        "instructions."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        fields = ("company", "name", "contact_email", "note")
        return [(None, {"fields": fields if obj is None else ("number_shown", *fields)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        return (*super().get_readonly_fields(request, obj), "number_shown")

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        source = options.get("obj")
        if source is not None:
            context |= {
                "source": source,
                "source_terms": source.terms.select_related("campaign"),
                "may_operate": self.has_operate_permission(request, source),
                "may_edit": self.has_change_permission(request, source),
                "switch_url": self.switch_url(source),
            }
        return super().render_change_form(request, context, *args, **options)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A source on a campaign has leads that name it: it is paused, never deleted."""
        if isinstance(obj, Source) and obj.terms.exists():
            return False
        return super().has_delete_permission(request, obj)

    def consequences(self, row: Source, on: bool) -> tuple[str, ...]:
        active = row.terms.filter(is_active=True).count()
        campaigns = f"{active} {'campaign' if active == 1 else 'campaigns'}"
        if on:
            return (f"Leads of {row} on {campaigns} are taken again at once.",)
        return (
            f"Every lead of {row} on {campaigns} is refused at once. Its keys and links stay as they are.",
        )

    @display(description="Number (sourceid)")
    def number_shown(self, source: Source) -> int:
        return source.number

    @display(description="On campaigns")
    def campaigns(self, source: Source) -> str:
        names = [str(terms.campaign) for terms in source.terms.select_related("campaign")[:3]]
        return ", ".join(names) or "none yet"
