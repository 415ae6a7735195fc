"""What was refused at the door, before it became a lead: counts only, nothing personal is kept (ADR 3)."""

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.companies.choices import Role
from apps.companies.selectors import may
from apps.engine.reasons import REASONS
from apps.intake.models import Refusal
from apps.monitoring.admin.base import ReadOnlyAdmin, number
from apps.monitoring.admin.filters import RefusalReasonFilter
from apps.monitoring.templatetags.monitoring import moment
from apps.sources.models import Terms


@admin.register(Refusal)
class RefusalAdmin(ReadOnlyAdmin):
    list_display = ("since", "reason", "of_terms", "times")
    list_filter = (RefusalReasonFilter,)
    list_display_links = None
    ordering = ("-hour", "-count")
    empty_text = "Posts with wrong credentials or unreadable bodies are counted here, by hour."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Refusals of terms a person may see; those of nobody's terms are the operator's of the platform."""
        named = Terms.objects.filter(pk=OuterRef("terms_id")).annotate(
            words=Concat(F("source__name"), Value(" on "), F("campaign__name"))
        )
        rows = Refusal.objects.annotate(terms_words=Subquery(named.values("words")[:1]))
        if request.user.is_superuser:
            return rows
        return rows.filter(terms_id__in=Terms.objects.visible_to(request.user).values("pk"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A count belongs to no company; the rows above are what a person may see.
        return may(request.user, Role.VIEWER, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """A count has no page of its own."""
        raise Http404

    @display(description="Hour from", ordering="hour")
    def since(self, refusal: Refusal) -> SafeString:
        return moment(refusal.hour)

    @display(description="Reason", ordering="code")
    def reason(self, refusal: Refusal) -> str:
        return REASONS[refusal.code].text if refusal.code in REASONS else refusal.code

    @display(description="Terms")
    def of_terms(self, refusal: Refusal) -> str:
        return refusal.terms_words or "unknown"

    @display(description="Requests", ordering="count")
    def times(self, refusal: Refusal) -> SafeString:
        return number(f"{refusal.count:,}")
