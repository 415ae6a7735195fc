"""Endpoints with a preview: the request a sample lead would become, and what a buyer's answer would mean."""

import json
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.buyers.admin.endpoints import EndpointAdmin, campaigns_of
from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.campaigns.specs import fields_spec
from apps.core.clock import now
from apps.core.ids import public_id
from apps.engine import outcome
from apps.engine import request as outbound
from apps.engine.describe import sample
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.normalise import normalise
from apps.engine.outbound import OutboundRequest, OutboundResponse
from apps.publishing.compile.selling import endpoint_spec

_HIDDEN = "••••••••"


class AnswerForm(forms.Form):
    """An answer of the buyer, as its documentation or a test shows it."""

    status = forms.IntegerField(
        min_value=100, max_value=599, initial=200, widget=UnfoldAdminIntegerFieldWidget()
    )
    content_type = forms.CharField(
        required=False, max_length=80, initial="application/json", widget=UnfoldAdminTextInputWidget()
    )
    body = forms.CharField(
        required=False,
        max_length=20_000,
        widget=UnfoldAdminTextareaWidget(
            {"rows": 5, "placeholder": '{"status": "accepted", "id": "B-17", "price": 42}'}
        ),
    )


class EndpointWorkspace(EndpointAdmin):
    """An endpoint with its preview page."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<int:object_id>/preview/", view, name="buyers_endpoint_preview"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        endpoint = options.get("obj")
        if endpoint is not None:
            context["preview_url"] = reverse("admin:buyers_endpoint_preview", args=(endpoint.pk,))
        return super().render_change_form(request, context, *args, **options)

    def preview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The request for a sample lead of the chosen campaign, and a place to try answers."""
        endpoint = self.seen(request, object_id)
        campaigns = campaigns_of(endpoint)
        chosen = next((each for each in campaigns if str(each.pk) == request.GET.get("campaign")), None)
        chosen = chosen or (campaigns[0] if campaigns else None)
        form = AnswerForm(request.POST or None)
        reading = read_answer(endpoint, form.cleaned_data) if form.is_bound and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": str(endpoint),
            "opts": self.opts,
            "original": endpoint,
            "endpoint": endpoint,
            "campaigns": campaigns,
            "chosen": chosen,
            "shown": shown(endpoint, chosen) if chosen else None,
            "form": form,
            "reading": reading,
        }
        return TemplateResponse(request, "publishing/admin/endpoint_preview.html", context)


def shown(endpoint: Endpoint, campaign: Campaign) -> dict[str, Any]:
    """The request as texts, secrets hidden; or why it cannot be built."""
    built = build(endpoint, campaign)
    if isinstance(built, Unbuildable):
        return {"problem": f"{built.target}: {built.why}."}
    return {
        "line": f"{built.method} {built.url}",
        "headers": [f"{name}: {value}" for name, value in built.headers],
        "body": _pretty(built.body),
    }


def build(endpoint: Endpoint, campaign: Campaign) -> OutboundRequest | Unbuildable:
    """The request that a sample lead of a campaign becomes at this endpoint."""
    spec = fields_spec(campaign)
    moment = now()
    body = sample(spec, now=moment)
    today = moment.astimezone(ZoneInfo(spec.time_zone)).date()
    lead = normalise(spec, body, test=True, today=today)
    system = SystemValues(
        lead_id=public_id("L", 0x17),
        delivery_id=public_id("DEL", 0x17),
        order_id=0,
        price=Decimal("42.00"),
        received_at=moment.astimezone(UTC),
    )
    sending_to = endpoint_spec(endpoint)
    hidden = {header.secret: _HIDDEN for header in sending_to.headers if header.secret}
    return outbound.build(replace(sending_to, id=endpoint.pk), Sending(lead, system, hidden))


def _pretty(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text.replace("&", "\n&")


def read_answer(endpoint: Endpoint, data: dict[str, Any]) -> dict[str, Any]:
    """What an answer would mean, and which rule said so."""
    response = OutboundResponse(
        status=data["status"],
        headers=(("Content-Type", data["content_type"] or "application/json"),),
        body=data["body"].encode(),
        sent=True,
    )
    rules = endpoint_spec(endpoint).rules
    reading = outcome.read(response, rules)
    why = f"rule {reading.rule_index + 1} matched" if reading.rule_index is not None else "no rule matched"
    return {"outcome": str(reading.outcome), "why": why, "reading": reading}
