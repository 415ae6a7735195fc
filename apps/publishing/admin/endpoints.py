"""Endpoints with a preview: the request that a lead would become, and what a buyer's answer would mean."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.buyers.admin.endpoint_rows import campaigns_of
from apps.buyers.admin.endpoints import EndpointAdmin
from apps.buyers.choices import Phase
from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.engine import outcome
from apps.engine.outbound import OutboundResponse
from apps.publishing.admin.preview.drafts import Drafted, drafted
from apps.publishing.admin.preview.requests import shown
from apps.publishing.admin.preview.subjects import Subject, sample_subject
from apps.publishing.compile.selling import endpoint_spec

_UNSAVED = "mappings-TOTAL_FORMS"
"""An input that only the page of an endpoint posts."""


_PHASES = ((Phase.POST, "the post"), (Phase.PING, "the ping"), (Phase.STATUS, "a question at the status URL"))


class AnswerForm(forms.Form):
    """An answer of the buyer, as its documentation or a test shows it."""

    phase = forms.ChoiceField(
        label="Answer to",
        required=False,
        choices=_PHASES,
        initial=Phase.POST,
        widget=UnfoldAdminSelectWidget(),
    )
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
    """An endpoint with its preview: beside the form while it is edited, and on a page of its own."""

    real_leads: ClassVar[bool] = False
    """Whether `subject` knows leads by their id."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<int:object_id>/preview/", view, name="buyers_endpoint_preview"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        endpoint = options.get("obj")
        if endpoint is not None:
            context |= {
                "preview_url": reverse("admin:buyers_endpoint_preview", args=(endpoint.pk,)),
                "campaigns": campaigns_of(endpoint),
                "real_leads": self.real_leads,
            }
        return super().render_change_form(request, context, *args, **options)

    def preview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The request for a lead, from what is saved or, posted from its page, from what is not yet."""
        endpoint = self.seen(request, object_id)
        campaigns = campaigns_of(endpoint)
        unsaved = _UNSAVED in request.POST
        asked = request.POST if unsaved or "reveal" in request.POST else request.GET
        wanted = asked.get("preview_campaign") or asked.get("campaign")
        chosen = next((each for each in campaigns if str(each.pk) == wanted), None)
        chosen = chosen or (campaigns[0] if campaigns else None)
        context: dict[str, Any] = {
            "endpoint": endpoint,
            "campaigns": campaigns,
            "chosen": chosen,
            "lead_asked": asked.get("preview_lead", "").strip()[:40],
            "real_leads": self.real_leads,
            "unsaved": unsaved,
        }
        draft = self.draft(request, object_id) if unsaved else Drafted(endpoint)
        context |= self._shown(request, draft, chosen, context["lead_asked"])
        if "fragment" in request.POST:
            response = TemplateResponse(request, "publishing/admin/preview.html", context)
        else:
            response = self._page(request, endpoint, context)
        response["Cache-Control"] = "no-store"
        return response

    def _page(self, request: HttpRequest, endpoint: Endpoint, context: dict[str, Any]) -> TemplateResponse:
        form = AnswerForm(request.POST if "body" in request.POST and not context["unsaved"] else None)
        reading = read_answer(endpoint, form.cleaned_data) if form.is_bound and form.is_valid() else None
        context |= {
            **self.admin_site.each_context(request),
            "title": str(endpoint),
            "opts": self.opts,
            "original": endpoint,
            "form": form,
            "reading": reading,
        }
        return TemplateResponse(request, "publishing/admin/endpoint_preview.html", context)

    def draft(self, request: HttpRequest, object_id: int) -> Drafted:
        """The endpoint as the posted page has it. Nothing is written."""
        endpoint = self.edited(request, object_id)
        form = self.get_form(request, endpoint, change=True)(request.POST, instance=endpoint)
        form.is_valid()
        formsets, _inlines = self._create_formsets(request, form.instance, change=True)
        return drafted(form, formsets)

    def subject(self, request: HttpRequest, endpoint: Endpoint, campaign: Campaign, lead: str) -> Subject:
        """Whose lead is shown; upper floors know real ones."""
        return sample_subject(endpoint, campaign)

    def _shown(
        self, request: HttpRequest, draft: Drafted, campaign: Campaign | None, lead: str
    ) -> dict[str, Any]:
        if campaign is None:
            return {"faults": draft.faults}
        subject = self.subject(request, draft.endpoint, campaign, lead)
        return {"subject": subject, **shown(draft, subject)}


def read_answer(endpoint: Endpoint, data: dict[str, Any]) -> dict[str, Any]:
    """What an answer would mean, and which rule said so."""
    response = OutboundResponse(
        status=data["status"],
        headers=(("Content-Type", data["content_type"] or "application/json"),),
        body=data["body"].encode(),
        sent=True,
    )
    spec = endpoint_spec(endpoint)
    asked = spec.ping.rules if spec.ping is not None else ()
    rules = {Phase.PING: asked, Phase.STATUS: spec.status_rules}.get(data["phase"], spec.rules)
    reading = outcome.read(response, rules)
    why = f"rule {reading.rule_index + 1} matched" if reading.rule_index is not None else "no rule matched"
    return {"outcome": str(reading.outcome), "why": why, "reading": reading}
