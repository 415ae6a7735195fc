"""The preview of an endpoint on a real lead, and how its access token stands."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.buyers.choices import AuthKind
from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.companies.selectors import sees_personal_data
from apps.core.crypto import DecryptionError
from apps.core.ids import parse_public_id, public_id
from apps.deliveries.models import EndpointToken
from apps.engine.mapping import SystemValues
from apps.engine.orders import EndpointSpec
from apps.leads.models import Lead
from apps.leads.selectors import lead_open
from apps.leads.services import reveal_record
from apps.monitoring.admin.desk import DeskPages
from apps.monitoring.trace.masking import mask_of, plain
from apps.publishing import specs
from apps.publishing.admin.preview.subjects import Reader, Subject

_ASKED = "Lead ids look like L-01J9ZC2; this is none of a lead that you may see."


class PreviewPages(DeskPages):
    """Shows a chosen lead: masked, or readable after a press that is put on record."""

    real_leads = True

    def subject(self, request: HttpRequest, endpoint: Endpoint, campaign: Campaign, lead: str) -> Subject:
        if not lead:
            return super().subject(request, endpoint, campaign, lead)
        found = _lead(request, endpoint, lead)
        if found is None or not found.version_id:
            return Subject(lead, problem=_ASKED)
        reveal = request.method == "POST" and request.POST.get("reveal") == "yes"
        may = sees_personal_data(request.user, found.company_id)
        if reveal and not may:
            raise PermissionDenied
        try:
            subject = _subject(endpoint, found)
        except DecryptionError:
            return Subject(lead, problem="This person's data was erased.")
        if not reveal:
            return replace(subject, reader=_masking(found), may_reveal=may)
        reveal_record(found, by=request.user)
        return subject


def _lead(request: HttpRequest, endpoint: Endpoint, text: str) -> Lead | None:
    key = parse_public_id("L", text)
    rows = Lead.objects.visible_to(request.user).filter(company=endpoint.buyer.company_id)
    return rows.filter(pk=key).first() if key is not None else None


def _subject(endpoint: Endpoint, lead: Lead) -> Subject:
    spec = specs.load(lead.version_id)
    data, _key = lead_open(lead)
    order = next((each for each in spec.orders if each.endpoint_id == endpoint.pk), None)
    system = SystemValues(
        lead_id=lead.public_id,
        delivery_id=public_id("DEL", 0x17),
        order_id=order.id if order else 0,
        price=order.price if order else lead.price or 0,
        received_at=lead.received_at,
        order_name=order.name if order else "",
        buyer_name=endpoint.buyer.name,
    )
    return Subject(f"lead {lead.public_id}", data, spec, system, lead.received_at, reader=_readable)


def _readable(endpoint: EndpointSpec) -> Reader:
    return plain


def _masking(lead: Lead) -> Callable[[EndpointSpec], Reader]:
    def reader(endpoint: EndpointSpec) -> Reader:
        # What this endpoint's own rows make of personal values is masked as well.
        return mask_of(lead, specs.for_endpoint(specs.load(lead.version_id), endpoint))

    return reader


def token_state(endpoint: Endpoint) -> dict[str, Any] | None:
    """The newest access token of an OAuth endpoint, without the token itself; None where there is nothing to say."""
    if endpoint.kind != "http" or endpoint.auth_kind != AuthKind.OAUTH2:
        return None
    rows = EndpointToken.objects.filter(endpoint_id=endpoint.pk).defer("token")
    newest = rows.order_by("-obtained_at", "-pk").first()
    if newest is None:
        return {"asked": False}
    return {
        "asked": True,
        "obtained_at": newest.obtained_at,
        "expires_at": newest.expires_at,
        "failed_at": newest.failed_at,
        "error": newest.error,
    }
