"""The short way for sources: an API path goes straight to its door, past sessions, CSRF, messages and page policies.

Stands after what protects every request (TLS redirect, security headers) and before what only pages need.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from apps.intake.api.door import door
from apps.intake.wire import (
    Answer,
    FaultAnswer,
    Refused,
    ping_fault,
    post_fault,
    precheck_fault,
    simple_fault,
)

PREFIXES: dict[str, FaultAnswer] = {
    "/ca/": simple_fault,
    "/webhook": simple_fault,
    "/ping": ping_fault,
    "/post": post_fault,
    "/direct_post": post_fault,
    "/precheck": precheck_fault,
}
"""Where the APIs begin, and how each answers faults. Without a slash at the end: that segment and all below it."""


class ApiMiddleware:
    """Answers requests to API paths itself, also those that lead nowhere; passes all others on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        fault = _fault_of(request.path_info)
        if fault is None:
            return self.get_response(request)
        try:
            match = resolve(request.path_info, urlconf="apps.intake.urls")
        except Resolver404:
            return door(_nowhere, fault=fault)(request)
        request.resolver_match = match
        return match.func(request, *match.args, **match.kwargs)


def _fault_of(path: str) -> FaultAnswer | None:
    """How the API that a path belongs to answers faults; None for a path that belongs to none."""
    for prefix, fault in PREFIXES.items():
        if path.startswith(prefix) and (prefix.endswith("/") or path[len(prefix) :][:1] in ("", "/")):
            return fault
    return None


def _nowhere(request: HttpRequest, request_id: str) -> Answer:
    raise Refused("not_found")
