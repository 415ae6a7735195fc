"""What was refused at the door, before it became a lead: counts only, nothing personal is kept (ADR 3)."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.engine.reasons import REASONS
from apps.intake.models import Refusal
from apps.monitoring.admin.base import ReadOnlyAdmin
from apps.sources.models import Terms


@admin.register(Refusal)
class RefusalAdmin(ReadOnlyAdmin):
    list_display = ("hour", "reason", "terms", "count")
    list_filter = ("code",)
    list_display_links = None
    empty_text = "Posts with wrong credentials or unreadable bodies are counted here, by hour."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Refusals of terms a person may see; those of nobody's terms are the operator's of the platform."""
        rows = Refusal.objects.all()
        if request.user.is_superuser:
            return rows
        return rows.filter(terms_id__in=Terms.objects.visible_to(request.user).values("pk"))

    @display(description="Reason", ordering="code")
    def reason(self, refusal: Refusal) -> str:
        return REASONS[refusal.code].text if refusal.code in REASONS else refusal.code

    @display(description="Terms")
    def terms(self, refusal: Refusal) -> str:
        found = Terms.objects.select_related("source", "campaign").filter(pk=refusal.terms_id).first()
        return str(found) if found else "unknown"
