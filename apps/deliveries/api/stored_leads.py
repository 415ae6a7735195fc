"""`GET /api/v1/stored-leads`: a buyer reads the leads that are stored for it.

    Authorization: Bearer <the endpoint's key>          (or the key in the header that the endpoint names)
    ?after=<cursor>&limit=<1–200, 100 without it>

    200 {"leads": [{"id", "lead_id", "bought_at", "values": {target: value}}], "next": "<cursor>", "more": false}

Ask again with `after=<next>`: the same cursor always gives the same leads, as long as
they are kept (five years by default after they were read). Anything else is answered as
`{"error": {"code", "message"}, "request_id"}`: 400 bad_cursor, 401 unauthorized, 404 not_found, 405
method_not_allowed, 429 rate_limited with Retry-After. Whether a key is wrong, paused or never was is not told.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from apps.core import limits
from apps.core.ids import new_id, public_id
from apps.core.requests import remote_address
from apps.deliveries.services.afterwards import stored
from apps.deliveries.services.afterwards.stored import Opened

USUAL = 100
PER_ADDRESS = ((300, 60),)
"""Requests a minute from one address, whoever it is: enough to read, too few to guess."""
_SAID = {
    "bad_cursor": (
        400,
        "“after” is a cursor that an earlier answer gave as “next”, “limit” a number from 1 to 200.",
    ),
    "unauthorized": (401, "Present the endpoint's key as a bearer token or in its header."),
    "not_found": (404, "There is nothing at this address."),
    "method_not_allowed": (405, "This address answers GET."),
    "rate_limited": (429, "Too many requests; wait as long as Retry-After says."),
}


@csrf_exempt
def stored_leads(request: HttpRequest) -> JsonResponse:
    """The view."""
    grant = limits.take(f"stored:{remote_address(request)}", PER_ADDRESS)
    if not grant.allowed:
        return _refused("rate_limited", grant.headers)
    if request.method != "GET":
        return _refused("method_not_allowed", {"Allow": "GET"})
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    presented = {name.lower(): value for name, value in request.headers.items()}
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    endpoint = stored.endpoint_of_key(bearer=bearer, headers=presented)
    if endpoint is None:
        return _refused("unauthorized", {"WWW-Authenticate": "Bearer"})
    after, limit = (
        _number(request.GET.get(name, usual)) for name, usual in (("after", "0"), ("limit", str(USUAL)))
    )
    if after is None or not limit or limit > stored.MOST_ON_PAGE:
        return _refused("bad_cursor")
    page = stored.page(endpoint, after=after, limit=limit)
    body = {"leads": [_shown(lead) for lead in page.leads], "next": str(page.after), "more": page.more}
    return _answer(200, body, grant.headers)


@csrf_exempt
def nowhere(request: HttpRequest, rest: str = "") -> JsonResponse:
    """Every other address below /api/v1/."""
    return _refused("not_found")


def _number(text: str) -> int | None:
    """None for what is no number that a cursor or a limit could be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _shown(lead: Opened) -> dict[str, Any]:
    return {
        "id": str(lead.row.attempt_id),
        "lead_id": lead.row.lead.public_id,
        "bought_at": lead.row.created_at.isoformat(),
        "values": {target: _value(value) for target, value in lead.values.items()},
    }


def _value(value: Any) -> Any:
    """Fractions as numbers where no digit is lost, else as text."""
    if not isinstance(value, Decimal):
        return value
    return float(value) if Decimal(repr(float(value))) == value else format(value, "f")


def _refused(code: str, headers: Mapping[str, str] | None = None) -> JsonResponse:
    status, message = _SAID[code]
    return _answer(status, {"error": {"code": code, "message": message}}, headers)


def _answer(status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> JsonResponse:
    request_id = public_id("R", new_id())
    body = body if status == 200 else {**body, "request_id": request_id}
    extra = {"Cache-Control": "no-store", "X-Request-ID": request_id, **(headers or {})}
    return JsonResponse(body, status=status, headers=extra)
