"""What follows a sale: stored leads with their CSV, files of them, copies to further endpoints."""

from collections.abc import Callable
from typing import ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from apps.buyers.models import Endpoint
from apps.companies.choices import Role
from apps.companies.selectors import may, sees_personal_data
from apps.core.errors import ApplicationError
from apps.deliveries import services
from apps.deliveries.choices import CopyStatus, FileStatus
from apps.deliveries.models import DropFile, LeadCopy, StoredLead
from apps.monitoring.admin.base import ReadOnlyAdmin, number
from apps.monitoring.admin.deliveries import LeadLinked, lead_url
from apps.monitoring.admin.filters import EndpointFilter
from apps.monitoring.templatetags.monitoring import copyable, mark, moment

_FILES = {
    FileStatus.PENDING: ("plain", "… Waiting to be sent"),
    FileStatus.SENT: ("good", "✓ Sent"),
    FileStatus.FAILED: ("bad", "✕ Given up"),
}
_COPIES = {
    CopyStatus.PENDING: ("plain", "… On its way"),
    CopyStatus.DONE: ("good", "✓ Arrived"),
    CopyStatus.FAILED: ("bad", "✕ Given up"),
}


class AtEndpoint(ReadOnlyAdmin):
    """Rows that know their endpoint by number only; its name is looked up once a page."""

    def get_changelist_instance(self, request: HttpRequest) -> object:
        found = super().get_changelist_instance(request)
        numbers = {row.endpoint_id for row in found.result_list}
        names = {row.pk: str(row) for row in Endpoint.objects.filter(pk__in=numbers).select_related("buyer")}
        for row in found.result_list:
            row.named = names.get(row.endpoint_id, f"endpoint {row.endpoint_id}")
        return found

    @display(description="Endpoint")
    def endpoint_name(self, row: StoredLead | DropFile | LeadCopy) -> str:
        return getattr(row, "named", "")


@admin.register(StoredLead)
class StoredLeadAdmin(AtEndpoint, LeadLinked):
    """Leads that wait for their buyer, and those that it has."""

    list_display = ("of_lead", "bought", "endpoint_name", "taken")
    list_filter = (EndpointFilter,)
    ordering = ("-attempt_id",)
    actions: ClassVar = ("download_csv",)
    empty_text = (
        "Leads bought at endpoints that store them, or send them as a file, stand here. Buyers read them at "
        "/api/v1/stored-leads with their endpoint's key."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("lead", "file").defer("attempt")

    @display(description="Lead")
    def of_lead(self, row: StoredLead) -> SafeString:
        return copyable(row.lead.public_id, f"{lead_url(row).partition('#')[0]}#{row.attempt_id}")

    @display(description="Bought", ordering="attempt_id")
    def bought(self, row: StoredLead) -> SafeString:
        return moment(row.created_at)

    @display(description="Taken by the buyer")
    def taken(self, row: StoredLead) -> SafeString:
        if row.file is not None:
            return format_html("in {}", row.file.name)
        return moment(row.fetched_at) if row.fetched_at else mark("plain", "… Not yet")

    @action(description="Download CSV", permissions=("view",))
    def download_csv(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        companies = set(queryset.values_list("company_id", flat=True))
        if not all(sees_personal_data(request.user, company) for company in companies):
            self.message_user(
                request, "Your role does not see personal data, which this file is full of.", "error"
            )
            return None
        content = services.stored_csv(queryset, by=request.user)
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="stored-leads.csv"'
        response["Cache-Control"] = "no-store"
        return response


@admin.register(DropFile)
class DropFileAdmin(AtEndpoint):
    """Files of bought leads, on their way to buyers' servers."""

    list_display = ("name", "created", "endpoint_name", "holds", "state", "tries", "last_error")
    list_display_links = None
    list_filter = (EndpointFilter, "status")
    actions: ClassVar = ("send_again",)
    empty_text = (
        "A file appears here when an SFTP endpoint's time has come and it has bought leads since the last."
    )

    @display(description="Made", ordering="id")
    def created(self, row: DropFile) -> SafeString:
        return moment(row.created_at)

    @display(description="Leads")
    def holds(self, row: DropFile) -> SafeString:
        return number(row.leads)

    @display(description="State", ordering="status")
    def state(self, row: DropFile) -> SafeString:
        return mark(*_FILES[FileStatus(row.status)])

    @action(description="Send again", permissions=("view",))
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        _again(self, request, queryset, services.file_send_again)


@admin.register(LeadCopy)
class LeadCopyAdmin(AtEndpoint, LeadLinked):
    """Sold leads on their way to further endpoints of their buyers."""

    list_display = ("of_lead", "made", "endpoint_name", "state", "tries", "due", "last_error")
    list_filter = (EndpointFilter, "status")
    actions: ClassVar = ("send_again",)
    empty_text = "A copy appears here when an order that names further endpoints has bought a lead."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("lead")

    @display(description="Sold", ordering="id")
    def made(self, row: LeadCopy) -> SafeString:
        return moment(row.created_at)

    @display(description="State", ordering="status")
    def state(self, row: LeadCopy) -> SafeString:
        return mark(*_COPIES[CopyStatus(row.status)])

    @display(description="Next try due")
    def due(self, row: LeadCopy) -> SafeString:
        return moment(row.next_attempt_at)

    @action(description="Send again", permissions=("view",))
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        _again(self, request, queryset, services.copy_send_again)


def _again(page: ReadOnlyAdmin, request: HttpRequest, rows: QuerySet, send: Callable[..., None]) -> None:
    """Send each once more, where this person may, and say how many are on their way."""
    sent = 0
    for row in rows:
        if not may(request.user, Role.OPERATOR, row.company_id):
            raise PermissionDenied
        try:
            send(row, by=request.user)
        except ApplicationError as refused:
            page.message_user(request, str(refused), "error")
        else:
            sent += 1
    if sent:
        page.message_user(request, f"{sent} on their way again." if sent > 1 else "On its way again.")
