"""The doors of the simple post. Plain functions from a request to an answer: nothing on this way needs more."""

from django.http import HttpRequest

from apps.intake.api.reading import raw_post
from apps.intake.flows.recording import current_answer, lead_of_token
from apps.intake.flows.simple_post import simple_post
from apps.intake.wire import Answer, Refused


def submit(request: HttpRequest, request_id: str) -> Answer:
    """`POST /ca/submit`: a lead."""
    if request.method != "POST":
        raise Refused("method_not_allowed", headers={"Allow": "POST"})
    return simple_post(raw_post(request, request_id))


def lead_status(request: HttpRequest, request_id: str, token: str) -> Answer:
    """`GET /ca/status/<token>`: how a lead that was answered 202 has ended, or that it has not yet."""
    if request.method != "GET":
        raise Refused("method_not_allowed", headers={"Allow": "GET"})
    lead_id = lead_of_token(token)
    if lead_id is None:
        raise Refused("not_found")
    return current_answer(lead_id)
