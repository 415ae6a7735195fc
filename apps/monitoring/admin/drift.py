"""Changed answers: what endpoints answer otherwise than before, each with samples beside a usual answer."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display

from apps.buyers.models import Endpoint
from apps.companies.admin.base import change_url
from apps.deliveries.models import Attempt, DriftItem
from apps.deliveries.services import drift_close
from apps.monitoring.admin.base import ReadOnlyAdmin, number
from apps.monitoring.selectors import watch
from apps.monitoring.templatetags.monitoring import mark, moment, money
from apps.monitoring.trace.attempts import attempt as attempt_shown
from apps.monitoring.trace.opened import opened
from apps.publishing import specs

TESTER = "Rule tester"


class StandingFilter(admin.SimpleListFilter):
    """Those that wait for somebody, unless asked otherwise."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("known", "Known now"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": "Open"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_at__isnull=self.value() != "known")


@admin.register(DriftItem)
class DriftItemAdmin(ReadOnlyAdmin):
    list_display = ("what", "endpoint_name", "kind", "standing", "times", "at_stake", "latest")
    list_display_links = None
    list_filter = (StandingFilter, "kind")
    ordering = ("-last_at",)
    empty_text = (
        "When an endpoint answers in a form never seen before, or more of its answers are read by no rule, "
        "it is told here."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("company")

    @display(description="What is different")
    def what(self, item: DriftItem) -> SafeString:
        return format_html('<a href="{}">{}</a>', change_url(item), item.told)

    @display(description="State", ordering="closed_at")
    def standing(self, item: DriftItem) -> SafeString:
        return mark("plain", "✓ Known now") if item.closed_at else mark("warn", "▲ Open")

    @display(description="Answers", ordering="seen")
    def times(self, item: DriftItem) -> SafeString:
        return number(f"{item.seen:,}")

    @display(description="At stake", ordering="amount")
    def at_stake(self, item: DriftItem) -> SafeString:
        return number(money(item.amount, item.company.currency))

    @display(description="Latest", ordering="last_at")
    def latest(self, item: DriftItem) -> SafeString:
        return moment(item.last_at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.known_view))
        return [path("<int:object_id>/known/", view, name="deliveries_driftitem_known"), *super().get_urls()]

    def known_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Somebody has looked and knows: the item is closed, on record."""
        item = self.operated(request, object_id)
        if drift_close(item, by=request.user):
            self.tell(request, "Closed: these answers are known now. The same form is not told again.")
        else:
            self.tell(request, "Somebody else has closed it already.")
        return HttpResponseRedirect(reverse("admin:deliveries_driftitem_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        item = self.get_object(request, object_id)
        if item is None:
            raise Http404
        endpoint = watch.endpoint_of(item)
        samples, usual = watch.samples_of(item), watch.usual_answer(item)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{item.endpoint_name}: changed answers",
            "opts": self.opts,
            "original": item,
            "item": item,
            "currency": item.company.currency,
            "endpoint": endpoint,
            "newest": self._shown(samples[0], item) if samples else None,
            "usual": self._shown(usual, item) if usual else None,
            "samples": samples,
            "tester": self._tester(request, endpoint),
            "may_operate": self.has_operate_permission(request, item),
        }
        response = TemplateResponse(request, "monitoring/drift_item.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _shown(self, row: Attempt, item: DriftItem) -> Any:
        """One call with its answer, the person masked."""
        spec = specs.load(row.lead.version_id) if row.lead.version_id else None
        _, reader = opened(row.lead, spec, unmasked=False)
        return attempt_shown(
            row, since=row.lead.received_at, reader=reader, currency=item.company.currency, opened=True
        )

    def _tester(self, request: HttpRequest, endpoint: Endpoint | None) -> str:
        """Where the rules of the endpoint are tested."""
        if endpoint is None:
            return ""
        desk = self.admin_site.get_model_admin(Endpoint)
        return next((url for title, url in desk.desk_links(request, endpoint) if title == TESTER), "")
