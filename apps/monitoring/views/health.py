"""`/livez`: the process answers. `/readyz`: it can take leads."""

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.monitoring.health import readiness


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    state = readiness()
    body = {"status": "ok" if state.ready else "unavailable", **asdict(state)}
    return JsonResponse(body, status=200 if state.ready else 503)
