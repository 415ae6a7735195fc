"""The short way for sources: an API path goes straight to its door, past sessions, CSRF, messages and page policies.

Stands after what protects every request (TLS redirect, security headers) and before what only pages need.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from apps.intake.api.door import door
from apps.intake.wire import Answer, Refused

PREFIXES = ("/ca/",)


class ApiMiddleware:
    """Answers requests to API paths itself, also those that lead nowhere; passes all others on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIXES):
            return self.get_response(request)
        try:
            match = resolve(request.path_info, urlconf="apps.intake.urls")
        except Resolver404:
            return _nowhere(request)
        request.resolver_match = match
        return match.func(request, *match.args, **match.kwargs)


@door
def _nowhere(request: HttpRequest, request_id: str) -> Answer:
    raise Refused("not_found")
