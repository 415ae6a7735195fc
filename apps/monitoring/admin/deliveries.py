"""Deliveries and attempts: lists for those who watch; the story of one is on its lead's page."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.deliveries.models import Attempt, Delivery
from apps.monitoring.admin.base import ReadOnlyAdmin, ago, number


class LeadLinked(ReadOnlyAdmin):
    """Rows whose own page is the page of their lead."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return HttpResponseRedirect(reverse("admin:leads_lead_change", args=(row.lead_id,)) + f"#{row.pk}")

    @display(description="Lead")
    def of_lead(self, row: Delivery | Attempt) -> SafeString:
        return format_html(
            '<a class="mono" href="{}">{}</a>',
            reverse("admin:leads_lead_change", args=(row.lead_id,)),
            row.lead.public_id,
        )


@admin.register(Delivery)
class DeliveryAdmin(LeadLinked):
    list_display = ("identity", "of_lead", "created", "status", "orders_tried", "due")
    list_filter = ("status",)
    list_select_related = ("lead",)
    empty_text = "A delivery appears here when a lead is accepted and goes on its way to the buyers."

    @display(description="Delivery", ordering="id")
    def identity(self, delivery: Delivery) -> SafeString:
        return format_html('<span class="mono">{}</span>', delivery.public_id)

    @display(description="Created", ordering="id")
    def created(self, delivery: Delivery) -> SafeString:
        return ago(delivery.created_at)

    @display(description="Orders tried")
    def orders_tried(self, delivery: Delivery) -> SafeString:
        return number(len({entry.get("order") for entry in delivery.history}))

    @display(description="Due")
    def due(self, delivery: Delivery) -> SafeString:
        return ago(delivery.next_attempt_at) if delivery.status == "pending" else format_html("–")


@admin.register(Attempt)
class AttemptAdmin(LeadLinked):
    list_display = (
        "started", "of_lead", "buyer_name", "order_name", "outcome_in_words", "http_status", "took", "retry",
    )  # fmt: skip
    list_filter = ("outcome", "error", "http_status")
    list_select_related = ("lead",)
    empty_text = (
        "Every call to a buyer is written here before it leaves, and settled when its answer is read."
    )

    @display(description="Started", ordering="id")
    def started(self, attempt: Attempt) -> SafeString:
        return ago(attempt.started_at)

    @display(description="Outcome", ordering="outcome")
    def outcome_in_words(self, attempt: Attempt) -> str:
        words = attempt.outcome or attempt.get_status_display()
        detail = attempt.reason or attempt.error.replace("_", " ")
        return f"{words}: {detail}" if detail else words

    @display(description="ms")
    def took(self, attempt: Attempt) -> SafeString:
        total = attempt.timings.get("total_ms")
        return number(f"{total:,.0f}" if total is not None else "")
