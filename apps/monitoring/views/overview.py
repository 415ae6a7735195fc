"""The dashboard: the admin's first page, and the fragment that keeps it fresh."""

from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core.clock import now
from apps.monitoring.overview import overview


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the numbers to the admin's index (named by `UNFOLD["DASHBOARD_CALLBACK"]`)."""
    return {**context, "title": "Overview", **overview(request.user, now=now())}


@never_cache
@require_safe
@staff_member_required
def fragment(request: HttpRequest) -> HttpResponse:
    """The same numbers again, without the page around them."""
    return render(request, "monitoring/_overview.html", overview(request.user, now=now()))
