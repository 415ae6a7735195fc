"""Sending many leads again: the action of the lists, its question in numbers, and how far each job is."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.companies.choices import Role
from apps.companies.selectors import companies_with
from apps.core.admin.confirm import Question, ask, is_confirmed
from apps.core.admin.widgets import BoxesField, MenuField
from apps.core.errors import ApplicationError
from apps.deliveries.models import Redelivery
from apps.deliveries.services import SWITCHES, Prospects, prospects, redeliver_many
from apps.deliveries.services.corrections.redelivery import MOST
from apps.leads.models import Lead
from apps.monitoring.admin.base import ReadOnlyAdmin, number
from apps.monitoring.templatetags.monitoring import mark, moment
from apps.monitoring.wording import counted
from apps.publishing import specs
from apps.publishing.models import Publication


class AgainForm(forms.Form):
    """To whom, what need not be heeded, and why."""

    note = forms.CharField(
        label="Why", max_length=300, widget=UnfoldAdminTextInputWidget(), help_text="Kept with the changes."
    )
    ignores = BoxesField(label="Do not heed", choices=list(SWITCHES.items()))

    def __init__(self, *args: Any, orders: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        if orders:
            self.fields["order"] = MenuField(
                label="To", required=False, entries=lambda: orders, empty="all orders, in their turn"
            )


class AgainMixin:
    """For lists whose rows lead to leads: `leads_of` says how."""

    actions: ClassVar = ["deliver_again"]

    def leads_of(self, rows: QuerySet) -> QuerySet[Lead]:
        """The leads of the rows that were ticked."""
        raise NotImplementedError

    @admin.action(description="Deliver again…", permissions=("operate",))
    def deliver_again(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Ask with numbers, then begin; a task does the rest."""
        leads = self.leads_of(queryset).filter(company__in=companies_with(request.user, Role.OPERATOR))
        # Of a whole filtered list only what was there when the question was asked.
        up_to = request.POST.get("up_to", "")
        leads = leads.filter(pk__lte=int(up_to)) if up_to.isdigit() and len(up_to) < 20 else leads
        ids = list(leads.order_by("pk").values_list("pk", flat=True).distinct()[: MOST + 1])
        if len(ids) > MOST:
            self.tell(
                request, f"No more than {MOST:,} leads at a time. Filter the list.", level=messages.ERROR
            )
            return None
        found = prospects(ids)
        if not found.lead_ids:
            self.tell(request, f"Nothing was sent: {said(found)}", level=messages.WARNING)
            return None
        orders = orders_of(found.lead_ids)
        form = AgainForm(request.POST if is_confirmed(request) else None, orders=orders)
        if not form.is_valid():
            return ask(self, request, self._question(request, found, form), back=request.get_full_path())
        self._begin(request, found, form.cleaned_data)
        return None

    def _begin(self, request: HttpRequest, found: Prospects, said_so: dict[str, Any]) -> None:
        order = said_so.get("order")
        try:
            redeliver_many(
                Lead.objects.filter(pk__in=found.lead_ids).only("pk", "company_id"),
                by=request.user,
                order_id=int(order) if order else None,
                ignores=said_so["ignores"],
                note=said_so["note"],
            )
        except ApplicationError as refusal:
            self.tell(request, refusal.message, level=messages.ERROR)
            return
        sentence = format_html(
            '{} on the way again; see <a href="{}">how far it is</a>.',
            counted(len(found.lead_ids), "lead"),
            reverse("admin:deliveries_redelivery_changelist"),
        )
        self.tell(request, sentence)

    def _question(self, request: HttpRequest, found: Prospects, form: forms.Form) -> Question:
        newest = Lead.objects.filter(pk__in=found.lead_ids).aggregate(newest=Max("pk"))["newest"]
        hidden = {
            "action": [request.POST["action"]],
            "_selected_action": request.POST.getlist("_selected_action"),
            "select_across": [request.POST.get("select_across", "0")],
            "up_to": [request.POST.get("up_to") or str(newest)],
        }
        return Question(
            title=f"Deliver {counted(len(found.lead_ids), 'lead')} again?",
            button="Deliver again",
            consequences=(
                said(found),
                "Each goes to the orders of its campaign as they run now. A buyer that takes a lead is charged.",
            ),
            danger=True,
            form=form,
            hidden=hidden,
        )


def said(found: Prospects) -> str:
    """`14 leads: 9 can be sent again, 5 were sold or are under way.`"""
    parts = [f"{len(found.lead_ids):,} can be sent again"]
    gone = found.sold + found.under_way
    if gone:
        parts.append(f"{gone:,} {'was sold or is' if gone == 1 else 'were sold or are'} under way")
    if found.others:
        parts.append(f"{found.others:,} never went to buyers")
    return f"{counted(found.total, 'lead')}: {', '.join(parts)}."


def orders_of(lead_ids: tuple[int, ...]) -> list[tuple[str, str]]:
    """The orders these leads can be sent to by themselves: those of their campaign, where it is one and runs."""
    campaigns = set(Lead.objects.filter(pk__in=lead_ids).values_list("campaign_id", flat=True)[:MOST])
    running = (
        Publication.objects.filter(campaign_id__in=campaigns).values_list("version_id", flat=True).first()
    )
    if len(campaigns) != 1 or running is None:
        return []
    return [(str(order.id), f"{order.name} ({order.buyer_name})") for order in specs.load(running).orders]


@admin.register(Redelivery)
class RedeliveryAdmin(ReadOnlyAdmin):
    list_display = ("begun", "who", "note", "leads", "progress", "went")
    list_display_links = None
    empty_text = (
        "Leads that are sent again together appear here: tick them on the list of leads or deliveries."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("by")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        if self.get_object(request, object_id) is None:
            raise Http404
        return HttpResponseRedirect(reverse("admin:deliveries_redelivery_changelist"))

    @display(description="Begun", ordering="id")
    def begun(self, job: Redelivery) -> SafeString:
        return moment(job.created_at)

    @display(description="By")
    def who(self, job: Redelivery) -> str:
        return str(job.by or "–")

    @display(description="Leads")
    def leads(self, job: Redelivery) -> SafeString:
        return number(f"{len(job.lead_ids):,}")

    @display(description="Progress")
    def progress(self, job: Redelivery) -> SafeString:
        if job.finished_at is not None:
            return mark("good", "✓ done")
        return mark("plain", f"… {job.done:,} of {len(job.lead_ids):,}")

    @display(description="Sent again")
    def went(self, job: Redelivery) -> str:
        refused = job.done - job.sent
        return f"{job.sent:,}" + (
            f"; {refused:,} could not be, they were sold or under way" if refused else ""
        )
