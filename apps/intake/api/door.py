"""What every door does around its view: JSON out, faults in the documented shape, no caching, no CSRF."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from apps.intake import refusals
from apps.intake.api.faults import answer_to
from apps.intake.api.reading import new_request_id
from apps.intake.wire import Answer, FaultAnswer, simple_fault

View = Callable[..., Answer]


def door(view: View, *, fault: FaultAnswer = simple_fault) -> Callable[..., HttpResponse]:
    """A Django view from a function of (request, request id, …) that answers or raises; `fault` is its API's shape."""

    @wraps(view)
    def handle(request: HttpRequest, **arguments: str) -> HttpResponse:
        request_id = new_request_id()
        # The last stop of a request: its sender gets JSON, whatever happened.
        try:
            answer = view(request, request_id, **arguments)
        except Exception as error:
            answer = answer_to(error, request_id, fault)
        else:
            refusals.flush_if_due()
        return response_of(answer, request_id)

    handle.csrf_exempt = True  # type: ignore[attr-defined]
    return handle


def response_of(answer: Answer, request_id: str) -> HttpResponse:
    """The HTTP response of an answer."""
    headers = {
        "Content-Length": str(len(answer.body)),
        "Cache-Control": "no-store",
        "X-Request-ID": request_id,
        **answer.headers,
    }
    response = HttpResponse(
        answer.body, status=answer.status, content_type="application/json", headers=headers
    )
    # Refusals are counted, and what is ours to repair is in the log already: Django need not write a line for each.
    response._has_been_logged = True  # noqa: SLF001
    return response
