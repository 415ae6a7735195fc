"""The doors of the source APIs: functions from a request to an answer, nothing here needs more."""

from django.http import HttpRequest

from apps.intake.api.reading import raw_post, with_all
from apps.intake.flows import direct_post as direct_posts
from apps.intake.flows import ping as pings
from apps.intake.flows import post as posts
from apps.intake.flows import precheck as prechecks
from apps.intake.flows import webhook as webhooks
from apps.intake.flows.recording import current_answer, lead_of_token
from apps.intake.flows.simple_post import simple_post
from apps.intake.wire import Answer, RawPost, Refused


def submit(request: HttpRequest, request_id: str) -> Answer:
    """`POST /ca/submit`: a lead."""
    return simple_post(_posted(request, request_id))


def ping(request: HttpRequest, request_id: str) -> Answer:
    """`POST /ping`: what a lead would bring."""
    return pings.ping(_posted(request, request_id))


def post(request: HttpRequest, request_id: str) -> Answer:
    """`POST /post`: the lead of an accepted ping."""
    return posts.post(_posted(request, request_id))


def direct_post(request: HttpRequest, request_id: str) -> Answer:
    """`POST /direct_post`: a lead without a ping."""
    return direct_posts.direct_post(_posted(request, request_id))


def precheck(request: HttpRequest, request_id: str) -> Answer:
    """`POST /precheck`: whether a person would be taken."""
    return prechecks.precheck(_posted(request, request_id))


def webhook(request: HttpRequest, request_id: str, token: str) -> Answer:
    """`POST /webhook/<token>`: whatever a form vendor sends."""
    return webhooks.webhook(with_all(_posted(request, request_id), request), token)


def lead_status(request: HttpRequest, request_id: str, token: str) -> Answer:
    """`GET /ca/status/<token>`: how a lead that was answered 202 has ended, or that it has not yet."""
    if request.method != "GET":
        raise Refused("method_not_allowed", headers={"Allow": "GET"})
    lead_id = lead_of_token(token)
    if lead_id is None:
        raise Refused("not_found")
    return current_answer(lead_id)


def _posted(request: HttpRequest, request_id: str) -> RawPost:
    if request.method != "POST":
        raise Refused("method_not_allowed", headers={"Allow": "POST"})
    return raw_post(request, request_id)
