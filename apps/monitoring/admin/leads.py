"""Leads: the list with its search, and the page with the whole trace."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.auctions.models import Ping
from apps.companies.admin.base import CompanyFilter, change_url
from apps.companies.choices import Role
from apps.companies.selectors import may
from apps.core.errors import ApplicationError
from apps.deliveries.models import Delivery
from apps.deliveries.services import SWITCHES, redeliver, resolve_unknown
from apps.leads.models import Lead
from apps.leads.selectors import search
from apps.leads.services import reveal_record
from apps.monitoring.admin.again import AgainMixin
from apps.monitoring.admin.base import ReadOnlyAdmin, number
from apps.monitoring.admin.filters import ReceivedFilter
from apps.monitoring.admin.masked import MaskedPage
from apps.monitoring.templatetags.monitoring import copyable, lead_state, moment, money
from apps.monitoring.trace import trace
from apps.publishing import specs


@admin.register(Lead)
class LeadAdmin(MaskedPage[Lead], AgainMixin, ReadOnlyAdmin):
    page_template = "monitoring/lead.html"
    list_display = ("identity", "received", "campaign", "source", "state_in_words", "sold_for", "paid_out")
    list_display_links = None
    list_filter = (
        "status",
        ("campaign", CompanyFilter),
        ("source", CompanyFilter),
        ("received_at", ReceivedFilter),
    )
    search_fields = ("id",)
    search_help_text = "Lead id (L-…), e-mail address, phone number or sub id"
    empty_text = (
        "A lead appears here as soon as a source posts one. Send a source its instructions link "
        "(Sources → Terms) or use the test form there."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("campaign", "source")

    def leads_of(self, rows: QuerySet) -> QuerySet[Lead]:
        return rows

    @display(description="Lead", ordering="id")
    def identity(self, lead: Lead) -> SafeString:
        return copyable(lead.public_id, change_url(lead))

    @display(description="Received", ordering="id")
    def received(self, lead: Lead) -> SafeString:
        return moment(lead.received_at)

    @display(description="State", ordering="status")
    def state_in_words(self, lead: Lead) -> SafeString:
        return lead_state(lead)

    @display(description="Price")
    def sold_for(self, lead: Lead) -> SafeString:
        return number(money(lead.price, lead.campaign.currency))

    @display(description="Payout")
    def paid_out(self, lead: Lead) -> SafeString:
        return number(money(lead.payout if lead.finished_at else None, lead.campaign.currency))

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

    def redeliver_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the lead to its buyers once more: through all orders, or to the one chosen."""
        chosen = request.POST.get("order", "")

        def again(delivery: Delivery) -> str:
            known = {str(order.id): order.id for order in specs.load(delivery.version_id).orders}
            if chosen and chosen not in known:
                raise ApplicationError("The lead's version has no such order.", code="no_such_order")
            redeliver(
                delivery,
                by=request.user,
                order_id=known.get(chosen),
                ignores=request.POST.getlist("ignores"),
                note=request.POST.get("note", "")[:300],
            )
            return "The lead is on its way again; the trace below will show it."

        return self._act(request, object_id, again)

    def resolve_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what an unknown answer was: a sale, or none. Without one of the two, nothing is done."""
        said = request.POST.get("bought")

        def resolve(delivery: Delivery) -> str:
            if said not in ("yes", "no"):
                raise ApplicationError("Say whether the buyer took the lead.", code="not_said")
            resolve_unknown(delivery, accepted=said == "yes", by=request.user)
            return "The sale is booked." if said == "yes" else "The lead goes on to the next order."

        return self._act(request, object_id, resolve)

    def _act(self, request: HttpRequest, object_id: str, action: Callable[[Delivery], str]) -> HttpResponse:
        """Do something to the lead's newest delivery, if the person may, and say what came of it."""
        lead = self.row_seen(request, object_id)
        if not may(request.user, Role.OPERATOR, lead.company_id):
            raise PermissionDenied
        delivery = lead.deliveries.order_by("-id").first()
        if request.method == "POST" and delivery is not None:
            try:
                self.tell(request, action(delivery))
            except ApplicationError as refusal:
                self.tell(request, refusal.message, level=messages.ERROR)
        return HttpResponseRedirect(change_url(lead))

    def put_on_record(self, request: HttpRequest, row: Lead) -> None:
        reveal_record(row, by=request.user)

    def page_context(self, request: HttpRequest, row: Lead, *, unmasked: bool) -> dict[str, Any]:
        return {
            "lead": row,
            "trace": trace(row, unmasked=unmasked),
            "ping": Ping.objects.filter(lead_id=row.pk).only("id").order_by("-id").first(),
            "switches": SWITCHES,
            "may_operate": may(request.user, Role.OPERATOR, row.company_id),
        }
