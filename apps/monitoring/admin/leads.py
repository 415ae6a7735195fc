"""Leads: the list with its search, and the page with the whole trace."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from apps.companies.admin.base import CompanyFilter
from apps.companies.choices import Role
from apps.companies.selectors import may, sees_personal_data
from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.deliveries.models import Delivery
from apps.deliveries.services import redeliver, resolve_unknown
from apps.leads.models import Lead
from apps.leads.selectors import search
from apps.leads.services import reveal_record
from apps.monitoring.admin.base import ReadOnlyAdmin, ago, number
from apps.monitoring.templatetags.monitoring import lead_state
from apps.monitoring.trace import trace


@admin.register(Lead)
class LeadAdmin(ReadOnlyAdmin):
    list_display = ("identity", "received", "campaign", "source", "state_in_words", "sold_for", "paid_out")
    list_filter = (
        "status",
        ("campaign", CompanyFilter),
        ("source", CompanyFilter),
        "is_test",
        ("received_at", RangeDateTimeFilter),
    )
    list_select_related = ("campaign", "source")
    search_fields = ("id",)
    search_help_text = "Lead id (L-…), e-mail address, phone number or sub id"
    empty_text = (
        "A lead appears here as soon as a source posts one. Send a source its instructions link "
        "(Sources → Terms) or use the test form there."
    )

    @display(description="Lead", ordering="id")
    def identity(self, lead: Lead) -> SafeString:
        return format_html('<span class="mono">{}</span>', lead.public_id)

    @display(description="Received", ordering="id")
    def received(self, lead: Lead) -> SafeString:
        return ago(lead.received_at)

    @display(description="State", ordering="status")
    def state_in_words(self, lead: Lead) -> SafeString:
        return lead_state(lead)

    @display(description="Price")
    def sold_for(self, lead: Lead) -> SafeString:
        return number(f"{lead.price} {lead.campaign.currency}" if lead.price else "")

    @display(description="Payout")
    def paid_out(self, lead: Lead) -> SafeString:
        return number(f"{lead.payout} {lead.campaign.currency}" if lead.payout else "")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """By digest: personal data is not searchable otherwise."""
        return (search(queryset, search_term) if search_term.strip() else queryset), False

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/reveal/", wrap(self.reveal_view), name="leads_lead_reveal"),
            path("<path:object_id>/redeliver/", wrap(self.redeliver_view), name="leads_lead_redeliver"),
            path("<path:object_id>/resolve/", wrap(self.resolve_view), name="leads_lead_resolve"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return self._page(request, object_id, unmasked=False)

    def reveal_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page with personal data readable. A POST, because every look is put on record."""
        lead = self._lead(request, object_id)
        if lead is None or request.method != "POST" or not sees_personal_data(request.user, lead.company_id):
            return HttpResponseRedirect(reverse("admin:leads_lead_change", args=(object_id,)))
        reveal_record(lead, by=request.user)
        return self._page(request, object_id, unmasked=True)

    def redeliver_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the lead to its buyers once more: through all orders, or to the one chosen."""
        chosen = request.POST.get("order", "")
        return self._act(
            request,
            object_id,
            lambda delivery: redeliver(
                delivery, by=request.user, order_id=int(chosen) if chosen.isdigit() else None
            ),
            "The lead is on its way again; the trace below will show it.",
        )

    def resolve_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what an unknown answer was: a sale, or none."""
        bought = request.POST.get("bought") == "yes"
        told = "The sale is booked." if bought else "The lead goes on to the next order."
        return self._act(
            request, object_id, lambda row: resolve_unknown(row, accepted=bought, by=request.user), told
        )

    def _act(
        self, request: HttpRequest, object_id: str, action: Callable[[Delivery], object], told: str
    ) -> HttpResponse:
        """Do something to the lead's newest delivery, if the person may, and say what came of it."""
        lead = self._lead(request, object_id)
        page = HttpResponseRedirect(reverse("admin:leads_lead_change", args=(object_id,)))
        if lead is None or request.method != "POST" or not may(request.user, Role.OPERATOR, lead.company_id):
            return page
        delivery = lead.deliveries.order_by("-id").first()
        if delivery is None:
            return page
        try:
            action(delivery)
        except ApplicationError as error:
            self.tell(request, str(error), level=messages.ERROR)
        else:
            self.tell(request, told)
        return page

    def _lead(self, request: HttpRequest, object_id: str) -> Lead | None:
        return self.get_object(request, object_id)

    def _page(self, request: HttpRequest, object_id: str, *, unmasked: bool) -> HttpResponse:
        lead = self._lead(request, object_id)
        if lead is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": lead.public_id,
            "opts": self.opts,
            "lead": lead,
            "trace": trace(lead, unmasked=unmasked, now=now()),
            "unmasked": unmasked,
            "may_reveal": sees_personal_data(request.user, lead.company_id),
            "may_redeliver": may(request.user, Role.OPERATOR, lead.company_id),
        }
        response = TemplateResponse(request, "monitoring/lead.html", context)
        response["Cache-Control"] = "no-store"
        return response
