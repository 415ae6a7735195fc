"""Deliveries and attempts: lists for those who watch; the story of one is on its lead's page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.models import Attempt, Delivery
from apps.leads.models import Lead
from apps.monitoring.admin.again import AgainMixin
from apps.monitoring.admin.base import ReadOnlyAdmin, number
from apps.monitoring.admin.filters import EndpointFilter, FailureFilter, OutcomeFilter, PeriodFilter
from apps.monitoring.stages import TOTAL, judged
from apps.monitoring.templatetags.monitoring import copyable, mark, moment
from apps.monitoring.trace.outcomes import OUTCOMES, UNDER_WAY
from apps.monitoring.trace.said import said

DELIVERY_STATES = {
    DeliveryStatus.PENDING: ("plain", "… Pending"),
    DeliveryStatus.SOLD: ("good", "✓ Sold"),
    DeliveryStatus.UNSOLD: ("warn", "○ Unsold"),
    DeliveryStatus.HELD: ("warn", "▲ Held: an answer is unknown"),
    DeliveryStatus.QUARANTINED: ("bad", "● Quarantined"),
    DeliveryStatus.CANCELLED: ("plain", "✕ Cancelled"),
}


class LeadLinked(ReadOnlyAdmin):
    """Rows whose own page is the page of their lead."""

    list_display_links = None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return HttpResponseRedirect(lead_url(row))

    @display(description="Lead")
    def of_lead(self, row: Delivery | Attempt) -> SafeString:
        return copyable(row.lead.public_id, lead_url(row))


def lead_url(row: Delivery | Attempt) -> str:
    """The place of a delivery or an attempt on its lead's page."""
    return reverse("admin:leads_lead_change", args=(row.lead_id,)) + f"#{row.pk}"


@admin.register(Delivery)
class DeliveryAdmin(AgainMixin, LeadLinked):
    list_display = ("identity", "of_lead", "created", "state_in_words", "orders_tried", "due")
    list_filter = ("status", PeriodFilter)
    empty_text = "A delivery appears here when a lead is accepted and goes on its way to the buyers."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("lead")

    def leads_of(self, rows: QuerySet) -> QuerySet[Lead]:
        return Lead.objects.filter(pk__in=rows.order_by().values("lead_id"))

    @display(description="Delivery", ordering="id")
    def identity(self, delivery: Delivery) -> SafeString:
        return copyable(delivery.public_id, lead_url(delivery))

    @display(description="Created", ordering="id")
    def created(self, delivery: Delivery) -> SafeString:
        return moment(delivery.created_at)

    @display(description="State", ordering="status")
    def state_in_words(self, delivery: Delivery) -> SafeString:
        return mark(*DELIVERY_STATES.get(delivery.status, ("plain", delivery.status)))

    @display(description="Orders tried")
    def orders_tried(self, delivery: Delivery) -> SafeString:
        return number(len({entry.get("order") for entry in delivery.history}))

    @display(description="Next try due")
    def due(self, delivery: Delivery) -> SafeString:
        return moment(delivery.next_attempt_at if delivery.status == DeliveryStatus.PENDING else None)


@admin.register(Attempt)
class AttemptAdmin(LeadLinked):
    list_display = (
        "started", "of_lead", "buyer_name", "order_name", "outcome_in_words", "said_of_it", "took", "retried",
    )  # fmt: skip
    list_filter = (OutcomeFilter, EndpointFilter, PeriodFilter, FailureFilter)
    empty_text = (
        "Every call to a buyer is written here before it leaves, and settled when its answer is read."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("lead").defer("sealed_request", "sealed_response")

    @display(description="Started", ordering="id")
    def started(self, attempt: Attempt) -> SafeString:
        return format_html('<a href="{}">{}</a>', lead_url(attempt), moment(attempt.started_at))

    @display(description="Outcome", ordering="outcome")
    def outcome_in_words(self, attempt: Attempt) -> SafeString:
        return mark(*OUTCOMES.get(attempt.outcome, UNDER_WAY))

    @display(description="Why")
    def said_of_it(self, attempt: Attempt) -> str:
        return said(attempt)

    @display(description="Time")
    def took(self, attempt: Attempt) -> SafeString:
        total = attempt.timings.get("total_ms")
        if total is None:
            return number("")
        tone = judged(TOTAL, total)
        words = f"{total:,.0f} ms"
        return number(mark(tone.tone, f"{words} {tone.words}") if tone.tone else words)

    @display(description="Retry")
    def retried(self, attempt: Attempt) -> SafeString:
        return number(attempt.retry or "")
