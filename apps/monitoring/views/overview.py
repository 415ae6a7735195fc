"""The dashboard: the admin's first page, the fragment that keeps it fresh, and its one button."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.companies.choices import Role
from apps.companies.selectors import may
from apps.core.clock import now
from apps.monitoring.overview import overview
from apps.monitoring.selectors import endpoint_seen
from apps.monitoring.services import breaker_close


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the numbers to the admin's index (named by `UNFOLD["DASHBOARD_CALLBACK"]`)."""
    return {**context, "title": "Overview", **overview(request.user, now=now())}


@never_cache
@require_safe
@staff_member_required
def fragment(request: HttpRequest) -> HttpResponse:
    """The same numbers again, without the page around them."""
    return render(request, "monitoring/_overview.html", overview(request.user, now=now()))


@require_POST
@staff_member_required
def breaker_reset(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Let leads go to a resting endpoint again at once."""
    endpoint = endpoint_seen(request.user, endpoint_id)
    if endpoint is None:
        raise Http404
    if not may(request.user, Role.OPERATOR, endpoint.buyer.company):
        raise PermissionDenied
    if breaker_close(endpoint, by=request.user):
        messages.success(request, f"{endpoint} gets leads again from now on.")
    else:
        messages.info(request, f"{endpoint} was not resting any more.")
    return HttpResponseRedirect(reverse("admin:index"))
